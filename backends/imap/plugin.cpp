#include "directory/plugin.hpp"

#include "imap/imap_protocol.hpp"
#include "imap/remote_directory.hpp"

namespace postern::imap {

namespace {

std::unique_ptr<directory::Directory> create(const directory::BackendContext& context,
                                             config::Section& section) {
    const Kind imap{143, 993, [] { return std::make_unique<ImapProtocol>(); }};
    auto settings = read_settings(section, imap, context.log);
    if (!settings) return nullptr;
    return std::make_unique<RemoteDirectory>(context, *std::move(settings));
}

}  // namespace

}  // namespace postern::imap

POSTERN_PLUGIN("imap", postern::imap::create)
