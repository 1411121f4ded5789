#include "cli/cli.hpp"

int main(int count, char** arguments) {
    return postern::cli::run(count, arguments);
}
