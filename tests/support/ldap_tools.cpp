#include "support/ldap_tools.hpp"

#include <stdexcept>

namespace postern::test {
namespace {

Finished run_tool(std::vector<std::string> arguments, const LdapClient& client,
                  const std::vector<std::string>& rest, std::string_view input = "") {
    const auto append = [&](const std::vector<std::string>& more) {
        arguments.insert(arguments.end(), more.begin(), more.end());
    };
    append({"-H", client.url});
    if (client.external) {
        append({"-Q", "-Y", "EXTERNAL"});
    } else {
        append({"-x"});
        if (!client.dn.empty()) append({"-D", client.dn, "-w", client.password});
    }
    if (client.start_tls) append({"-ZZ"});
    append(client.more);
    append(rest);

    // LDAPNOINIT, which backends/ldap leaves in our environment, would take away LDAPTLS_* as well.
    arguments.insert(arguments.begin(), {"env", "-u", "LDAPNOINIT"});
    Command command{.arguments = arguments, .input = std::string(input)};
    command.environment = {{"LDAPCONF", "/dev/null"}, {"LDAPRC", "no-such-file"}};
    if (!client.ca.empty()) command.environment["LDAPTLS_CACERT"] = client.ca;
    if (!client.certificate.cert.empty()) {
        command.environment["LDAPTLS_CERT"] = client.certificate.cert;
        command.environment["LDAPTLS_KEY"] = client.certificate.key;
    }
    return run(command);
}

}  // namespace

Finished ldap_whoami(const LdapClient& client) {
    return run_tool({"ldapwhoami"}, client, {});
}

Finished ldap_search(const LdapClient& client, const std::string& base,
                     const std::vector<std::string>& question) {
    std::vector<std::string> rest{"-b", base};
    rest.insert(rest.end(), question.begin(), question.end());
    return run_tool({"ldapsearch", "-LLL", "-o", "ldif_wrap=no"}, client, rest);
}

void ldap_change(const LdapClient& client, std::string_view ldif) {
    const auto done = run_tool({"ldapmodify", "-a"}, client, {}, ldif);
    if (done.status != 0) throw std::runtime_error("ldapmodify: " + done.errors + done.output);
}

std::string ldapi_url_of(const std::filesystem::path& socket) {
    std::string result = "ldapi://";
    for (const char c : socket.string())
        result += c == '/' ? "%2F" : std::string(1, c);
    return result;
}

}  // namespace postern::test
