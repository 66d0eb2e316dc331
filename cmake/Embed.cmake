# dhii_embed(target SYMBOL file): puts a file's bytes into the target as `extern "C" const char SYMBOL[], SYMBOL_end[]`, by the assembler's .incbin.
enable_language(ASM)
function(dhii_embed target symbol file)
  set(assembly "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S")
  file(CONFIGURE OUTPUT "${assembly}" CONTENT [[
.section .rodata
.global @symbol@
.global @symbol@_end
.balign 16
@symbol@:
.incbin "@file@"
@symbol@_end:
.byte 0
.section .note.GNU-stack,"",@progbits
]] @ONLY)
  target_sources(${target} PRIVATE "${assembly}")
  set_property(SOURCE "${assembly}" APPEND PROPERTY OBJECT_DEPENDS "${file}")
endfunction()
