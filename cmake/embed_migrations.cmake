# cmake -DFOLDER=... -DOUTPUT=... -DBY_HAND=... -P embed_migrations.cmake
# OUTPUT: the files NNNN_name.sql of FOLDER with number, name and SHA-256 as C++ initializers.
# BY_HAND: a script for psql that applies them as `postern migrate` would.
file(GLOB files ${FOLDER}/[0-9][0-9][0-9][0-9]_*.sql)
list(SORT files)
set(initializers "")
set(script "-- psql -X -v ON_ERROR_STOP=1 -f by_hand.sql DATABASE: the steps that are missing, each in its own
-- transaction with its record, as `postern migrate` takes them.\n\n")
foreach(file IN LISTS files)
    cmake_path(GET file FILENAME name)
    string(SUBSTRING "${name}" 0 4 digits)
    math(EXPR number "1${digits} - 10000")
    file(SHA256 ${file} checksum)
    file(READ ${file} text)
    string(APPEND initializers "{${number}, \"${name}\", \"${checksum}\", R\"postern_sql(${text})postern_sql\"},\n")
    string(APPEND script "SELECT to_regclass('postern.schema_migrations') IS NULL AS pending \\gset
\\if :pending
\\else
SELECT NOT EXISTS (SELECT FROM postern.schema_migrations WHERE number = ${number}) AS pending \\gset
\\endif
\\if :pending
BEGIN;
\\ir ${name}
INSERT INTO postern.schema_migrations (number, name, checksum, duration)
VALUES (${number}, '${name}', '${checksum}', clock_timestamp() - now());
COMMIT;
\\endif\n\n")
endforeach()
file(WRITE ${OUTPUT} "${initializers}")
file(WRITE ${BY_HAND} "${script}")
