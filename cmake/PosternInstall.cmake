# `cmake --install`: the program, libpostern with its headers (find_package(Postern)), the settings.
include(CMakePackageConfigHelpers)

install(TARGETS program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS postern postern_flags EXPORT PosternTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT PosternTargets NAMESPACE Postern:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)

foreach(folder crypto observe identity address smtp sasl expr policy net config directory upstream)
    file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.hpp)
    install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/postern/${folder})
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/generated/directory/abi_headers.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/postern/directory)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/PosternConfig.cmake.in
    ${CMAKE_BINARY_DIR}/PosternConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/PosternConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES ${CMAKE_BINARY_DIR}/PosternConfig.cmake ${CMAKE_BINARY_DIR}/PosternConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/PosternBackend.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Postern)
install(FILES ${PROJECT_SOURCE_DIR}/config/postern.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/postern)
