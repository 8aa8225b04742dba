# Run by cpack on what it has installed, before it is packed: what Debian wants otherwise than
# others. Its zsh looks elsewhere, and its documents are compressed.
set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share)
file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
file(GLOB pages ${share}/man/man1/*.1)
execute_process(COMMAND gzip -9n ${pages} ${share}/doc/heaptally/changelog COMMAND_ERROR_IS_FATAL ANY)
