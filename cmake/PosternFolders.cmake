# postern_folder(name libraries...): src/<name> as one object library.
# Two precompiled headers: the pure folders see the standard library only, so that nothing of Asio
# can slip in unnoticed; the others share Asio's.

set(POSTERN_PURE_FOLDERS crypto observe identity address smtp sasl expr policy)

function(postern_precompile target folder)
    if(folder IN_LIST POSTERN_PURE_FOLDERS)
        set(first postern_crypto)
        set(header ${PROJECT_SOURCE_DIR}/cmake/precompiled_pure.hpp)
    else()
        set(first postern_net)
        set(header ${PROJECT_SOURCE_DIR}/cmake/precompiled_asio.hpp)
    endif()
    if(target STREQUAL first)
        target_precompile_headers(${target} PRIVATE ${header})
    else()
        target_precompile_headers(${target} REUSE_FROM ${first})
    endif()
endfunction()

function(postern_compile target)
    target_link_libraries(${target} PUBLIC postern_flags Threads::Threads
        PRIVATE $<BUILD_INTERFACE:postern_warnings>)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
        $<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/generated>)
    add_dependencies(${target} postern_abi)
endfunction()

function(postern_folder name)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
    add_library(postern_${name} OBJECT ${sources})
    postern_compile(postern_${name})
    target_link_libraries(postern_${name} PUBLIC ${ARGN} fmt::fmt)
    postern_precompile(postern_${name} ${name})
endfunction()

# Puts the objects of folders into a library, with what they need.
function(postern_link_folders library)
    foreach(folder IN LISTS ARGN)
        target_sources(${library} PRIVATE $<TARGET_OBJECTS:postern_${folder}>)
        get_target_property(needed postern_${folder} INTERFACE_LINK_LIBRARIES)
        target_link_libraries(${library} PUBLIC ${needed})
    endforeach()
    set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
endfunction()

function(postern_compile_backend target)
    postern_compile(${target})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/backends)
    target_precompile_headers(${target} REUSE_FROM postern_net)
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN OFF)
endfunction()

# postern_plugin(type sources...): the plugin postern-backend-<type>.so.
function(postern_plugin type)
    add_library(backend_${type} MODULE ${ARGN})
    if(NOT TARGET plugins)
        add_custom_target(plugins)
    endif()
    add_dependencies(plugins backend_${type})
    postern_compile_backend(backend_${type})
    target_link_libraries(backend_${type} PRIVATE postern)
    set_target_properties(backend_${type} PROPERTIES PREFIX "" OUTPUT_NAME postern-backend-${type}
        LIBRARY_OUTPUT_DIRECTORY ${POSTERN_PLUGIN_DIRECTORY}
        BUILD_RPATH "$ORIGIN/../.." INSTALL_RPATH "$ORIGIN/../..")
    # Not CMAKE_INSTALL_LIBDIR: the program looks beside itself, whatever the architecture's folder is called.
    install(TARGETS backend_${type} LIBRARY DESTINATION lib/postern/backends COMPONENT gateway)
endfunction()

# postern_backend(type libraries...): backends/<type> as a plugin of that type.
function(postern_backend type)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/backends/${type}/*.cpp)
    postern_plugin(${type} ${sources})
    target_link_libraries(backend_${type} PRIVATE ${ARGN})
endfunction()

# postern_backends(folder types...): backends/<folder> as a plugin of each of these types. They share everything but
# plugin.cpp, which is compiled for one of them, POSTERN_BACKEND_TYPE.
function(postern_backends folder)
    set(plugin ${PROJECT_SOURCE_DIR}/backends/${folder}/plugin.cpp)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/backends/${folder}/*.cpp)
    list(REMOVE_ITEM sources ${plugin})
    add_library(backend_${folder} OBJECT ${sources})
    postern_compile_backend(backend_${folder})
    target_link_libraries(backend_${folder} PUBLIC postern)
    foreach(type IN LISTS ARGN)
        postern_plugin(${type} ${plugin})
        target_link_libraries(backend_${type} PRIVATE backend_${folder})
        target_compile_definitions(backend_${type} PRIVATE POSTERN_BACKEND_TYPE="${type}")
    endforeach()
endfunction()

# The part of the ABI tag that the compiler cannot know: a hash over all installed headers.
file(GLOB POSTERN_PUBLIC_HEADERS CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/src/crypto/*.hpp ${PROJECT_SOURCE_DIR}/src/observe/*.hpp
    ${PROJECT_SOURCE_DIR}/src/identity/*.hpp ${PROJECT_SOURCE_DIR}/src/address/*.hpp
    ${PROJECT_SOURCE_DIR}/src/smtp/*.hpp ${PROJECT_SOURCE_DIR}/src/sasl/*.hpp
    ${PROJECT_SOURCE_DIR}/src/expr/*.hpp ${PROJECT_SOURCE_DIR}/src/policy/*.hpp
    ${PROJECT_SOURCE_DIR}/src/net/*.hpp ${PROJECT_SOURCE_DIR}/src/config/*.hpp
    ${PROJECT_SOURCE_DIR}/src/cache/*.hpp ${PROJECT_SOURCE_DIR}/src/directory/*.hpp
    ${PROJECT_SOURCE_DIR}/src/upstream/*.hpp)
set(abi_header ${CMAKE_BINARY_DIR}/generated/directory/abi_headers.hpp)
add_custom_command(OUTPUT ${abi_header}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${abi_header} "-DHEADERS=${POSTERN_PUBLIC_HEADERS}"
        -P ${PROJECT_SOURCE_DIR}/cmake/hash_headers.cmake
    DEPENDS ${POSTERN_PUBLIC_HEADERS} ${PROJECT_SOURCE_DIR}/cmake/hash_headers.cmake
    COMMENT "Hashing the installed headers" VERBATIM)
add_custom_target(postern_abi DEPENDS ${abi_header})
