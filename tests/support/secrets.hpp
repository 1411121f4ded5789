// Looks for secrets in what the product writes, in every form in which they could stand there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::test {

// Remembers what a client of this process has sent, a password or a whole SASL response: no gateway
// may tell it. Any thread.
void note_secret(std::string_view secret);

// The passwords and keys of a settings file, those inside URLs too.
std::vector<std::string> secrets_of(std::string_view settings);

// As it is; as our log, JSON, a URL or hexadecimal has it; and as it stands inside base64, wherever
// in the message that begins. An ordinary word would be found everywhere, so what has fewer than
// eight octets is only looked for where it is encoded.
std::vector<std::string> forms_of(std::string_view secret);

// The first passage of `text` that tells one of `secrets` or of those noted; empty: none does.
std::string told_secret(std::string_view text, const std::vector<std::string>& secrets);

}  // namespace postern::test
