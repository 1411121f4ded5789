#include "cache/redis_status.hpp"

namespace postern::cache {

const char* to_string(NoAnswer::Kind kind) {
    switch (kind) {
        case NoAnswer::Kind::down:
            return "down";
        case NoAnswer::Kind::late:
            return "late";
        case NoAnswer::Kind::full:
            return "full";
        case NoAnswer::Kind::refused:
            return "refused";
        case NoAnswer::Kind::broken:
            return "broken";
    }
    return "";
}

}  // namespace postern::cache
