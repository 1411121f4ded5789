# postern_add_backend(type sources...): the plugin postern-backend-<type>.so against an installed Postern.
# `cmake --install` puts it into lib/postern/backends below its prefix, where a Postern of the same prefix finds it.
function(postern_add_backend type)
    set(target postern-backend-${type})
    add_library(${target} MODULE ${ARGN})
    target_link_libraries(${target} PRIVATE Postern::postern Postern::postern_flags)
    target_compile_features(${target} PRIVATE cxx_std_20)
    set_target_properties(${target} PROPERTIES PREFIX "" CXX_EXTENSIONS OFF CXX_SCAN_FOR_MODULES OFF
        CXX_VISIBILITY_PRESET hidden INSTALL_RPATH "$ORIGIN/../..")
    install(TARGETS ${target} LIBRARY DESTINATION lib/postern/backends)
endfunction()
