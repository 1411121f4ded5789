#include "ldap/result_code.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace postern::ldap {

const char* name_of(int code) {
    static constexpr std::pair<int, const char*> names[] = {
        {0, "success"},
        {1, "operationsError"},
        {2, "protocolError"},
        {3, "timeLimitExceeded"},
        {4, "sizeLimitExceeded"},
        {5, "compareFalse"},
        {6, "compareTrue"},
        {7, "authMethodNotSupported"},
        {8, "strongerAuthRequired"},
        {10, "referral"},
        {11, "adminLimitExceeded"},
        {12, "unavailableCriticalExtension"},
        {13, "confidentialityRequired"},
        {14, "saslBindInProgress"},
        {16, "noSuchAttribute"},
        {17, "undefinedAttributeType"},
        {18, "inappropriateMatching"},
        {19, "constraintViolation"},
        {20, "attributeOrValueExists"},
        {21, "invalidAttributeSyntax"},
        {32, "noSuchObject"},
        {33, "aliasProblem"},
        {34, "invalidDNSyntax"},
        {36, "aliasDereferencingProblem"},
        {48, "inappropriateAuthentication"},
        {49, "invalidCredentials"},
        {50, "insufficientAccessRights"},
        {51, "busy"},
        {52, "unavailable"},
        {53, "unwillingToPerform"},
        {54, "loopDetect"},
        {64, "namingViolation"},
        {65, "objectClassViolation"},
        {66, "notAllowedOnNonLeaf"},
        {67, "notAllowedOnRDN"},
        {68, "entryAlreadyExists"},
        {69, "objectClassModsProhibited"},
        {71, "affectsMultipleDSAs"},
        {80, "other"},
        {4096, "e-syncRefreshRequired"},  // RFC 4533
    };
    const auto* const found = std::ranges::find(names, code, &std::pair<int, const char*>::first);
    return found == std::end(names) ? "unknown" : found->second;
}

}  // namespace postern::ldap
