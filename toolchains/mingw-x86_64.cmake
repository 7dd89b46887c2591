# Cross build for 64-bit Windows. Tests run under Wine (toolchains/wine.sh). The "win32" thread model of gcc: nothing of
# libwinpthread is linked.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(ESE_MINGW x86_64-w64-mingw32)
find_program(ESE_MINGW_GCC NAMES ${ESE_MINGW}-gcc-win32 ${ESE_MINGW}-gcc REQUIRED)
set(CMAKE_C_COMPILER ${ESE_MINGW_GCC})
set(CMAKE_RC_COMPILER ${ESE_MINGW}-windres)
set(CMAKE_FIND_ROOT_PATH /usr/${ESE_MINGW})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR "sh;${CMAKE_CURRENT_LIST_DIR}/wine.sh;64")
