# The one warning set: gcc, clang and mingw.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wvla -Wstrict-prototypes
    -Wmissing-prototypes -Wimplicit-fallthrough)
# Windows threads may have stacks of 64 KiB. Optimised code counts the frames of what it inlined too.
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_compile_options(-Wframe-larger-than=4096)
else()
    add_compile_options(-Wframe-larger-than=8192)
endif()
option(ESE_WERROR "Warnings are errors" ON)
if(ESE_WERROR)
    add_compile_options(-Werror)
endif()
# gcc guesses here from what it inlined; the sanitizers and valgrind know.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
endif()
