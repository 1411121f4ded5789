#include "ldap/detached_ldap.hpp"

#include <fcntl.h>
#include <openldap.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <system_error>

#include "crypto/secret.hpp"

namespace postern::ldap {

namespace {

// Before libldap's first call: ldap.conf and the environment are for other programs.
void keep_configuration_files_out() {
    static std::once_flag once;
    std::call_once(once, [] { ::setenv("LDAPNOINIT", "1", 1); });
}

}  // namespace

Sockbuf_IO DetachedLdap::functions = {setup, remove, control, read, write, close};

DetachedLdap::DetachedLdap(std::size_t most_octets)
    : eventfd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (eventfd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    keep_configuration_files_out();
    if (ldap_init_fd(eventfd_, LDAP_PROTO_EXT, nullptr, &ldap_) != LDAP_SUCCESS) {
        ::close(eventfd_);
        throw std::bad_alloc();
    }
    const int version = LDAP_VERSION3;
    ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ldap_, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    ldap_set_option(ldap_, LDAP_OPT_RESTART, LDAP_OPT_ON);  // a signal is no broken connection
    Sockbuf* buffer = nullptr;
    ldap_get_option(ldap_, LDAP_OPT_SOCKBUF, static_cast<void*>(&buffer));
    ber_len_t most = most_octets;
    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most);
    ber_sockbuf_add_io(buffer, &functions, LBER_SBIOD_LEVEL_PROVIDER, this);
}

DetachedLdap::~DetachedLdap() {
    ldap_unbind_ext(ldap_, nullptr, nullptr);  // also frees it
    ::close(eventfd_);
    crypto::wipe(output);
}

DetachedLdap& DetachedLdap::of(Sockbuf_IO_Desc* descriptor) {
    return *static_cast<DetachedLdap*>(descriptor->sbiod_pvt);
}

int DetachedLdap::setup(Sockbuf_IO_Desc* descriptor, void* self) {
    descriptor->sbiod_pvt = self;
    return 0;
}

int DetachedLdap::remove(Sockbuf_IO_Desc*) {
    return 0;
}

int DetachedLdap::close(Sockbuf_IO_Desc*) {
    return 0;
}

int DetachedLdap::control(Sockbuf_IO_Desc* descriptor, int option, void* argument) {
    if (option == LBER_SB_OPT_DATA_READY) return of(descriptor).input.empty() ? 0 : 1;
    if (option != LBER_SB_OPT_GET_FD) return 0;
    if (argument != nullptr) *static_cast<ber_socket_t*>(argument) = of(descriptor).eventfd_;
    return 1;
}

ber_slen_t DetachedLdap::read(Sockbuf_IO_Desc* descriptor, void* into, ber_len_t size) {
    auto& input = of(descriptor).input;
    if (input.empty()) {
        errno = EWOULDBLOCK;
        return -1;
    }
    const std::size_t taken = std::min<std::size_t>(size, input.size());
    std::memcpy(into, input.data(), taken);
    input.erase(0, taken);
    return static_cast<ber_slen_t>(taken);
}

ber_slen_t DetachedLdap::write(Sockbuf_IO_Desc* descriptor, void* octets, ber_len_t size) {
    of(descriptor).output.append(static_cast<const char*>(octets), size);
    return static_cast<ber_slen_t>(size);
}

}  // namespace postern::ldap
