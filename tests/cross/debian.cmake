# Toolchain for another architecture of Debian: its cross compiler, its multiarch packages, and qemu-user to run what
# was built. ORTL_CROSS, set by a preset, is the architecture as the compiler calls it. Where Debian has no packages,
# the libraries stand in the folder "libraries" of the build, put there by tools/libraries.sh.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ORTL_CROSS)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${ORTL_CROSS})
set(CMAKE_C_COMPILER ${ORTL_CROSS}-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE ${ORTL_CROSS}-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${ORTL_CROSS}-static)
set(libraries ${CMAKE_BINARY_DIR}/libraries)
if(EXISTS ${libraries})
  list(APPEND CMAKE_PREFIX_PATH ${libraries})
  set(CMAKE_EXE_LINKER_FLAGS_INIT -L${libraries}/lib)
  set(CMAKE_SHARED_LINKER_FLAGS_INIT -L${libraries}/lib)
  list(APPEND CMAKE_CROSSCOMPILING_EMULATOR -L /usr/${ORTL_CROSS}-linux-gnu)
endif()
set(ENV{PKG_CONFIG_LIBDIR}
    ${libraries}/lib/pkgconfig:/usr/lib/${ORTL_CROSS}-linux-gnu/pkgconfig:/usr/share/pkgconfig)
