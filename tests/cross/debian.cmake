# Toolchain for another architecture of Debian: its cross compiler, its multiarch packages, and qemu-user to run what
# was built. ORTL_CROSS, set by a preset, is the architecture as the compiler calls it.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ORTL_CROSS)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${ORTL_CROSS})
set(CMAKE_C_COMPILER ${ORTL_CROSS}-linux-gnu-gcc)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-${ORTL_CROSS}-static)
set(CMAKE_LIBRARY_ARCHITECTURE ${ORTL_CROSS}-linux-gnu)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/${ORTL_CROSS}-linux-gnu/pkgconfig:/usr/share/pkgconfig)
