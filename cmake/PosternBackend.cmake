# postern_add_backend(type sources...): the plugin postern-backend-<type>.so against an installed Postern.
function(postern_add_backend type)
    add_library(postern-backend-${type} MODULE ${ARGN})
    target_link_libraries(postern-backend-${type} PRIVATE Postern::postern)
    target_compile_features(postern-backend-${type} PRIVATE cxx_std_20)
    set_target_properties(postern-backend-${type} PROPERTIES PREFIX "" CXX_EXTENSIONS OFF)
endfunction()
