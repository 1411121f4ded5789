// The mail programs that people use, against the built gateway, verifying its certificate.
#include <gtest/gtest.h>

#include "e2e/site.hpp"

namespace postern::test {
namespace {

class RealClients : public AnySite {
 protected:
    std::string server() { return "127.0.0.1:" + std::to_string(gateway().port()); }
    std::string port(const std::string& listener = "submission") {
        return std::to_string(gateway().port(listener));
    }
    std::string authority() { return gateway().authority().string(); }

    // Writes the letter to a file for the programs that want one.
    std::string letter_file(const std::string& subject) { return file(subject, letter(subject)); }

    void expect_delivery(const Finished& client, const std::string& subject) {
        ASSERT_EQ(client.status, 0) << client.output << client.errors << gateway().log();
        const auto message =
            unix_lines(site().inbox().wait_for_message_with("Subject: " + subject + "\n"));
        EXPECT_EQ(without_trace(message), letter(subject));
        EXPECT_NE(message.find("Return-Path: <jane@example.org>"), std::string::npos) << message;
        EXPECT_NE(message.find("by mail.example.org"), std::string::npos) << message;
    }

    // swaks ends the last line itself, whether it has an end or not.
    Finished swaks(const std::string& subject, const std::vector<std::string>& more) {
        auto data = letter(subject);
        data.pop_back();
        Command command{.arguments = {"swaks", "--from", "jane@example.org", "--to",
                                      "bob@example.org", "--auth-user", "jane", "--auth-password",
                                      std::string(jane_password), "--tls-verify", "--tls-ca-path",
                                      authority(), "--data", "@" + file(subject, data)}};
        command.arguments.insert(command.arguments.end(), more.begin(), more.end());
        return run(command);
    }

 private:
    std::string file(const std::string& name, const std::string& octets) {
        const auto path = gateway().directory() / (name + ".eml");
        write_file(path, octets);
        return path.string();
    }
};

TEST_P(RealClients, SwaksWithPlain) {
    expect_delivery(swaks("swaks-plain", {"--server", server(), "--tls", "--auth", "PLAIN"}),
                    "swaks-plain");
}

TEST_P(RealClients, SwaksWithLogin) {
    expect_delivery(swaks("swaks-login", {"--server", server(), "--tls", "--auth", "LOGIN"}),
                    "swaks-login");
}

TEST_P(RealClients, SwaksOverImplicitTls) {
    expect_delivery(swaks("swaks-tlsc", {"--server", "127.0.0.1:" + port("submissions"),
                                         "--tls-on-connect", "--auth", "PLAIN"}),
                    "swaks-tlsc");
}

TEST_P(RealClients, SwaksPipelined) {
    expect_delivery(
        swaks("swaks-pipeline", {"--server", server(), "--tls", "--auth", "PLAIN", "--pipeline"}),
        "swaks-pipeline");
}

class Curl : public RealClients {
 protected:
    Finished curl(const std::string& url, const std::string& subject,
                  const std::vector<std::string>& more) {
        auto command =
            Command{.arguments = {"curl", "-sS", url, "--cacert", authority(), "--mail-from",
                                  "jane@example.org", "--mail-rcpt", "bob@example.org", "--user",
                                  "jane:" + std::string(jane_password), "--upload-file",
                                  letter_file(subject), "--crlf"}};
        command.arguments.insert(command.arguments.end(), more.begin(), more.end());
        return run(command);
    }
};

TEST_P(Curl, OverStartTls) {
    expect_delivery(curl("smtp://" + server() + "/client.example", "curl-starttls",
                         {"--ssl-reqd", "--login-options", "AUTH=PLAIN"}),
                    "curl-starttls");
}

TEST_P(Curl, OverImplicitTls) {
    expect_delivery(curl("smtps://127.0.0.1:" + port("submissions") + "/client.example",
                         "curl-smtps", {"--login-options", "AUTH=LOGIN"}),
                    "curl-smtps");
}

TEST_P(Curl, FailsWithAWrongPassword) {
    const auto refused = run(
        {.arguments = {"curl", "-sS", "--ssl-reqd", "smtp://" + server(), "--cacert", authority(),
                       "--mail-from", "jane@example.org", "--mail-rcpt", "bob@example.org",
                       "--user", "jane:wrong", "--upload-file", letter_file("curl-wrong")}});
    EXPECT_EQ(refused.status, 67) << refused.errors;  // CURLE_LOGIN_DENIED
}

TEST_P(RealClients, Msmtp) {
    const auto client =
        run({.arguments = {"msmtp", "--file=/dev/null", "--host=127.0.0.1", "--port=" + port(),
                           "--tls=on", "--tls-starttls=on", "--tls-trust-file=" + authority(),
                           "--auth=plain", "--user=jane",
                           "--passwordeval=echo " + std::string(jane_password),
                           "--from=jane@example.org", "bob@example.org"},
             .environment = {{"HOME", gateway().directory().string()}},
             .input = letter("msmtp")});
    expect_delivery(client, "msmtp");
}

TEST_P(RealClients, PythonSmtplib) {
    const std::string program = R"(
import smtplib, ssl, sys
port, authority, password, letter = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
with smtplib.SMTP('127.0.0.1', int(port), timeout=20) as client:
    client.starttls(context=context)
    client.login('jane', password)
    client.sendmail('jane@example.org', ['bob@example.org'], open(letter).read())
)";
    expect_delivery(run({.arguments = {"python3", "-c", program, port(), authority(),
                                       std::string(jane_password), letter_file("smtplib")}}),
                    "smtplib");
}

TEST_P(RealClients, OpensslSeesTheChain) {
    const auto client = run({.arguments = {"openssl", "s_client", "-starttls", "smtp", "-connect",
                                           server(), "-CAfile", authority(), "-verify_return_error",
                                           "-verify_hostname", "localhost", "-showcerts"},
                             .input = "QUIT\r\n"});
    EXPECT_NE(client.output.find("Verify return code: 0 (ok)"), std::string::npos)
        << client.output << client.errors;
    EXPECT_NE(client.output.find(" 0 s:CN = localhost"), std::string::npos) << client.output;
    EXPECT_NE(client.output.find(" 1 s:CN = Postern test authority"), std::string::npos)
        << client.output;
}

FOR_BOTH_NEXT_HOPS(RealClients);
FOR_BOTH_NEXT_HOPS(Curl);

}  // namespace
}  // namespace postern::test
