# cmake -DFILE=... -DOUTPUT=... -P embed_text.cmake
# OUTPUT: the text of FILE as C++ string literals, one for each 8 KiB: a literal has a longest length.
file(READ ${FILE} text)
string(LENGTH "${text}" length)
set(literals "")
set(at 0)
while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8192 part)
    string(APPEND literals "R\"postern_text(${part})postern_text\"\n")
    math(EXPR at "${at} + 8192")
endwhile()
file(WRITE ${OUTPUT} "${literals}")
