#include <openssl/crypto.h>
#include <boost/version.hpp>
#include <iostream>

#include "cli/cli.hpp"
#include "directory/abi.hpp"

namespace postern::cli {

void add_version(CLI::App& program, Action& chosen) {
    auto* command =
        program.add_subcommand("version", "Print the version and what it was built with");
    command->footer("Example:\n  postern version");
    command->callback([&chosen] {
        chosen = [] {
            std::cout << "postern " POSTERN_VERSION "\n"
                      << "plugin ABI  " << directory::abi_tag() << "\n"
                      << "Boost       " BOOST_LIB_VERSION "\n"
                      << "TLS         " << OpenSSL_version(OPENSSL_VERSION) << "\n";
            return static_cast<int>(Status::good);
        };
    });
}

}  // namespace postern::cli
