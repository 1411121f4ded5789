# `cmake --install`: the program, its backends, the settings; libpostern with its headers for backends of others
# (find_package(Postern)). Components: gateway is what runs, development what backends are built with.
include(CMakePackageConfigHelpers)

set(POSTERN_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)

install(TARGETS program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT gateway)
install(TARGETS postern postern_flags EXPORT PosternTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT gateway NAMELINK_COMPONENT development)
install(EXPORT PosternTargets NAMESPACE Postern:: DESTINATION ${POSTERN_PACKAGE_DIR} COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/config/postern.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/postern
    COMPONENT gateway)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/systemd DESTINATION ${CMAKE_INSTALL_DATADIR}/postern
    COMPONENT gateway)
install(FILES ${PROJECT_SOURCE_DIR}/config/fail2ban/postern.conf ${PROJECT_SOURCE_DIR}/config/fail2ban/jail.conf
    DESTINATION ${CMAKE_INSTALL_DATADIR}/postern/fail2ban COMPONENT gateway)
install(FILES ${POSTERN_MIGRATIONS} ${POSTERN_MIGRATIONS_BY_HAND}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/postern/migrations COMPONENT gateway)

# The installed headers are exactly those that the ABI tag hashes.
foreach(header IN LISTS POSTERN_PUBLIC_HEADERS)
    cmake_path(GET header PARENT_PATH folder)
    cmake_path(GET folder FILENAME folder)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/postern/${folder} COMPONENT development)
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/generated/directory/abi_headers.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/postern/directory COMPONENT development)

# A backend is compiled with the same library macros as we are, or its ABI tag differs.
string(TOUPPER "${CMAKE_BUILD_TYPE}" configuration)
set(POSTERN_ABI_DEFINITIONS "")
if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${configuration}}" MATCHES "-D_GLIBCXX_ASSERTIONS")
    set(POSTERN_ABI_DEFINITIONS _GLIBCXX_ASSERTIONS)
endif()
string(REGEX MATCH "^[0-9]+" POSTERN_COMPILER_MAJOR ${CMAKE_CXX_COMPILER_VERSION})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/PosternConfig.cmake.in
    ${CMAKE_BINARY_DIR}/PosternConfig.cmake INSTALL_DESTINATION ${POSTERN_PACKAGE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/PosternConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES ${CMAKE_BINARY_DIR}/PosternConfig.cmake ${CMAKE_BINARY_DIR}/PosternConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/PosternBackend.cmake
    DESTINATION ${POSTERN_PACKAGE_DIR} COMPONENT development)
