# The one warning set: gcc, clang and mingw.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wvla -Wstrict-prototypes
    -Wmissing-prototypes -Wimplicit-fallthrough -Wframe-larger-than=4096)
option(ESE_WERROR "Warnings are errors" ON)
if(ESE_WERROR)
    add_compile_options(-Werror)
endif()
# gcc guesses here from what it inlined; the sanitizers and valgrind know.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
endif()
