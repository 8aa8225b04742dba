# Puts the page's files together and makes a C++ file of them:
#   cmake -D FOLDER=this folder -D OUTPUT=file.cpp -P embed.cmake
set(scripts format data canvas call_view model timeline flame table source main)

file(READ ${FOLDER}/page.html page)
file(READ ${FOLDER}/style.css style)
set(script "")
foreach(name IN LISTS scripts)
  file(READ ${FOLDER}/${name}.js text)
  string(APPEND script "${text}\n")
endforeach()
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")

# A string literal has at most 64 KiB by the standard, so it is many.
string(LENGTH "${page}" length)
set(literals "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${page}" ${at} 8000 piece)
  string(APPEND literals "R\"page(${piece})page\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "#include \"core/report/page_template.h\"

namespace heaptally {

const std::string_view kPageTemplate =
${literals};

}  // namespace heaptally
")
