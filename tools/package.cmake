# Debian packages: `cpack -G DEB` in a build folder configured with CMAKE_INSTALL_PREFIX=/usr writes three:
# libortlite0 (the shared libraries), libortlite-dev (headers, static libraries, pkg-config, CMake) and
# ort-lite (the program, which needs neither). What they depend on is found out by dpkg-shlibdeps.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ort-lite)
set(CPACK_PACKAGE_CONTACT "ort-lite developers <ort-lite@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_COMPONENTS_ALL libraries development tools)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/runtime ${PROJECT_BINARY_DIR}/converters)
set(CPACK_DEBIAN_LIBRARIES_PACKAGE_NAME libortlite0)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libortlite-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libortlite0 (= ${PROJECT_VERSION}), libc6-dev, libprotobuf-c-dev, libyajl-dev")
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME ort-lite)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SUGGESTS libopenblas0-pthread)
set(CPACK_COMPONENT_LIBRARIES_DESCRIPTION "Shared libraries that run and convert tree models in ONNX files.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Headers and static libraries of ort-lite.")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "The program ort-lite, with manual pages and completions.")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright COMPONENT libraries
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libortlite0)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright COMPONENT development
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libortlite-dev)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright COMPONENT tools
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/ort-lite)
include(CPack)
