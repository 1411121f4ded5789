#pragma once

#include <lber.h>
#include <ldap.h>

#include <cstddef>
#include <string>

namespace postern::ldap {

// A handle of libldap whose socket is two strings. Not movable: libldap knows its address.
class DetachedLdap {
 public:
    // `most_octets`: of one message that libldap reads. Throws std::system_error when no descriptor
    // is left, std::bad_alloc.
    explicit DetachedLdap(std::size_t most_octets);
    ~DetachedLdap();
    DetachedLdap(const DetachedLdap&) = delete;
    DetachedLdap& operator=(const DetachedLdap&) = delete;

    LDAP* handle() const { return ldap_; }

    std::string input;   // libldap takes from its front
    std::string output;  // libldap adds to its end; may hold a password

 private:
    static DetachedLdap& of(Sockbuf_IO_Desc* descriptor);
    static int setup(Sockbuf_IO_Desc* descriptor, void* self);
    static int remove(Sockbuf_IO_Desc* descriptor);
    static int control(Sockbuf_IO_Desc* descriptor, int option, void* argument);
    static ber_slen_t read(Sockbuf_IO_Desc* descriptor, void* into, ber_len_t size);
    static ber_slen_t write(Sockbuf_IO_Desc* descriptor, void* octets, ber_len_t size);
    static int close(Sockbuf_IO_Desc* descriptor);
    static Sockbuf_IO functions;

    int eventfd_;  // never readable, always writable: for libldap's own poll
    LDAP* ldap_ = nullptr;
};

}  // namespace postern::ldap
