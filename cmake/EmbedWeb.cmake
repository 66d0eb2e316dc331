# The web app inside the program: web/dist (made by `make web`) with brotli and gzip twins, as the static library dhii_web_assets.
# Without web/dist the program still builds; it then serves a page that says what to do.
function(dhii_embed_web)
  set(dist "${CMAKE_SOURCE_DIR}/web/dist")
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${dist}/*")
  if(NOT files)
    message(WARNING "web/dist is missing: the program will say so instead of showing the web app. Run `make web`.")
    set(dist "${CMAKE_BINARY_DIR}/no-web")
    file(WRITE "${dist}/index.html" "<!doctype html><meta charset=utf-8><title>dhii-mail</title><p>This build of dhii-mail has no web app inside. Run <code>make build</code> and start it again.\n")
    set(files "${dist}/index.html")
  endif()
  set(out "${CMAKE_BINARY_DIR}/web_assets")
  add_custom_command(
    OUTPUT "${out}/web_assets.S" "${out}/web_assets.cpp"
    COMMAND ${CMAKE_COMMAND} -D "DIST=${dist}" -D "OUT=${out}" -P "${CMAKE_SOURCE_DIR}/cmake/embed_web_files.cmake"
    DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/embed_web_files.cmake"
    COMMENT "Compressing and embedding the web app" VERBATIM)
  add_library(dhii_web_assets STATIC "${out}/web_assets.S" "${out}/web_assets.cpp")
  target_include_directories(dhii_web_assets PRIVATE "${CMAKE_SOURCE_DIR}/src")
endfunction()
