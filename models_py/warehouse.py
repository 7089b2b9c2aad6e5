"""The warehouse file: the only module that opens DuckDB.

dbt and Python take turns on the file, because DuckDB has one writer. A connection here lives for one read or one
transaction; models train with none open.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from glob import escape
from itertools import chain
from pathlib import Path

import duckdb
import numpy as np

from models_py.errors import SettingError, UnreadableError, WarehouseError
from models_py.settings.paths import check_published, check_warehouse_file

SCHEMA = "recommender"
# Of a query: by place, or by name.
Parameters = Sequence[object] | Mapping[str, object]
# Rows of an answer fetched at a time.
FETCHED = 10_000
# Names whose ids are kept in memory.
MOST_REMEMBERED = 1_000_000
# What DuckDB raises where it cannot read a file's blocks.
DAMAGE = (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException)
# Columns of indices, stored as ids.
INDEX = re.compile(r"(\w+_)?(?P<entity>user|item)_index")
# What a file that is written for others is called meanwhile: no file's stem has a dot, so none is called so.
EXCERPT = '"the.excerpt"'
# The oldest DuckDB that reads such a file; by default a file of 2.0 is for 2.0 alone.
READABLE_FROM = "v1.2.0"
# Bytes of its blocks, the fewest there are: it has many small tables, and a column of each fills at least one.
EXCERPT_BLOCK = 16_384
# What a view of `write_views` reads, and in it the signs of patterns that stand for themselves.
VIEWED = re.compile(r"read_parquet\('((?:[^']|'')*)/\*\.parquet'\)")
GUARDED = re.compile(r"\[([*?[])\]")
# How the names of DuckDB's numeric types begin.
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "U", "FLOAT", "DOUBLE", "DECIMAL")


@dataclass(frozen=True)
class Replacement:
    """Rows of one `recommender` table that take the place of the rows with the same key.

    Attributes
    ----------
    table : str
        Table in schema `recommender`; it exists with its types before Python runs.
    key : mapping
        Column values that all the rows share. Rows with these values are deleted first; without any, all rows.
    rows : mapping of str to array
        The other columns, arrays of equal length. Those called `user_index` or `item_index`, or so behind a prefix,
        are stored as the stable ids that `training_users` and `training_items` give them, so a later rebuild cannot
        mislabel a row; -1 is null.
    constants : mapping
        Further values that all rows share but that do not select what is replaced. Without `rows` they are the one row;
        without either, rows with the key are only deleted.
    """

    table: str
    key: Mapping[str, object]
    rows: Mapping[str, np.ndarray] = field(default_factory=dict)
    constants: Mapping[str, object] = field(default_factory=dict)


class Answer:
    """What a query gives, each value as text in DuckDB's own form, or None.

    Attributes
    ----------
    headings : list of str
    is_number : list of bool
        Whether a column holds numbers.
    """

    def __init__(self, relation: duckdb.DuckDBPyRelation) -> None:
        self._relation = relation
        self.headings = relation.columns
        self.is_number = [str(kind).startswith(NUMBERS) for kind in relation.types]

    def rows(self, most: int | None = None) -> Iterator[tuple[str | None, ...]]:
        """Fetch the rows, at most so many."""
        texts = self._relation.project("cast(columns(*) as varchar)")
        texts = texts if most is None else texts.limit(most)
        if hasattr(duckdb.DuckDBPyRelation, "iter_rows"):
            # DuckDB 2.0, whose relations have no fetchmany
            return texts.iter_rows()
        return chain.from_iterable(iter(lambda: texts.fetchmany(FETCHED), []))

    def count(self) -> int:
        """Count the rows, fetched or not."""
        return int(self._relation.count("*").fetchall()[0][0])


class Warehouse:
    """A DuckDB warehouse file at `path`."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def read(self, query: str, parameters: Parameters = ()) -> dict[str, np.ndarray]:
        """Columns of a query's result as numpy arrays.

        Raises
        ------
        WarehouseError
            Where the file is missing, locked or damaged, or lacks a table or column that the query names.
        """
        with self._reading() as connection:
            columns = connection.execute(*_written_out(query, parameters)).fetchnumpy()
        return {name: _filled(values) for name, values in columns.items()}

    def read_rows(self, query: str, parameters: Parameters = ()) -> list[dict[str, object]]:
        """Rows of a query's result, each a column's name to its value; what `read` raises, this does."""
        columns = self.read(query, parameters)
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def read_values(self, query: str) -> list[dict[str, object]]:
        """Rows of a query's result as Python's own values, None where a column is null; what `read` raises, this does.

        `read_rows` has -1 for a missing whole number, which is no answer for people.
        """
        with self._reading() as connection:
            found = connection.execute(query)
            names = [name for name, *_ in found.description]
            return [dict(zip(names, values, strict=True)) for values in found.fetchall()]

    @contextmanager
    def answering(self, statement: str) -> Iterator[Answer]:
        """Answer one statement of somebody's own, without a way to write anything, here or elsewhere.

        Raises
        ------
        WarehouseError
            Where the file is missing or locked.
        SettingError
            Where the statement cannot be answered, in the words of DuckDB.
        """
        check_published(self.path)
        with self._connect(read_only=True) as connection:
            try:
                folders = _folders_of_views(connection)
                if folders:
                    connection.execute(f"set allowed_directories = [{', '.join(map(_quoted, folders))}]")
                connection.execute("set enable_external_access = false; set python_enable_replacements = false")
                statements = connection.extract_statements(statement)
                given, kinds = [one.expected_result_type for one in statements], [one.type for one in statements]
                # a statement that is explained and analyzed is run, whatever it does
                is_run = bool(folders) and duckdb.StatementType.EXPLAIN in kinds
                if given != [[duckdb.ExpectedResultType.QUERY_RESULT]] or is_run:
                    raise SettingError(
                        "A query has to be one statement that gives rows, such as select, from or describe."
                    )
                yield Answer(connection.sql(statement))
            except duckdb.Error as error:
                raise SettingError(f"The query cannot be answered: {_in_one_line(error)}") from error

    def write_excerpt(self, path: Path, tables: Mapping[str, str], parameters: Mapping[str, object]) -> None:
        """Write what queries give into a new file that DuckDB 1.2 and newer can read, with the comments of the tables.

        Parameters
        ----------
        path : Path
            A file that is not there.
        tables : mapping of str to str
            Schema and name of each table, to the query that makes it.
        parameters : mapping
            Of the queries, by name; each takes those that it names.

        Raises
        ------
        WarehouseError
            Where this file cannot be read, or the other one cannot be written.
        """
        check_published(self.path)
        with self._connect(read_only=True) as connection:
            try:
                options = f"read_write, storage_version '{READABLE_FROM}', block_size {EXCERPT_BLOCK}"
                connection.execute(f"attach {_quoted(os.path.join('.', path))} as {EXCERPT} ({options})")
                # with more, each writes parts of its own: more room, no less time
                connection.execute("set threads = 1")
                # as one transaction, because the disk is waited for at the end of each
                connection.execute("begin")
                for schema in dict.fromkeys(table.split(".")[0] for table in tables):
                    connection.execute(f"create schema {EXCERPT}.{schema}")
                for table, query in tables.items():
                    named = {name: value for name, value in parameters.items() if f"${name}" in query}
                    connection.execute(f"create table {EXCERPT}.{table} as {query}", named)
                _copy_comments(connection, tables)
                connection.execute("commit")
                # what is detached is whole, without a write-ahead log beside it
                connection.execute(f"detach {EXCERPT}")
            except duckdb.Error as error:
                raise WarehouseError(
                    f"{self.path} cannot be written to {path} ({_in_one_line(error)}): "
                    "free disk space, or run `make evaluate` to build it anew."
                ) from error

    def write_parquet(self, folder: Path, schema: str) -> None:
        """Write each table of a schema as Parquet into a folder of its name.

        Raises
        ------
        WarehouseError
            Where this file cannot be read, or the folder cannot be written.
        """
        names = self.read(
            "select table_name as name from information_schema.tables where table_schema = ? order by all", [schema]
        )["name"].tolist()
        with self._connect(read_only=True) as connection:
            try:
                for name in names:
                    (folder / name).mkdir()
                    target = _quoted(os.path.join(".", folder / name / f"{name}.parquet"))
                    connection.execute(f"copy {schema}.{name} to {target} (format parquet)")
            except (duckdb.Error, OSError) as error:
                raise WarehouseError(
                    f"{self.path} cannot be written to {folder} ({_in_one_line(error)}): free disk space, or name a "
                    "folder that can be written."
                ) from error

    def replace(self, replacements: Iterable[Replacement]) -> None:
        """Write all replacements in one transaction: either every one of them is there afterwards or none."""
        with self._connect(read_only=False) as connection:
            try:
                connection.execute("begin")
                for replacement in replacements:
                    _replace(connection, replacement)
                connection.execute("commit")
            except duckdb.Error as error:
                raise WarehouseError(
                    f"{self.path} cannot take the results ({str(error).splitlines()[0]}): "
                    "free disk space, or run `make evaluate` to build it anew."
                ) from error

    def checkpoint(self) -> None:
        """Write everything into the file itself, so that no write-ahead log is left beside it."""
        with self._connect(read_only=False) as connection:
            try:
                connection.execute("checkpoint")
            except duckdb.Error as error:
                raise WarehouseError(
                    f"{self.path} cannot be completed ({str(error).splitlines()[0]}): free disk space and try again."
                ) from error

    @contextmanager
    def held_open(self) -> Iterator[None]:
        """Keep the file open read-only, so that a writer elsewhere is noticed here."""
        with self._connect(read_only=True):
            yield

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect for one query of this package; what DuckDB refuses is said in a sentence."""
        check_published(self.path)
        with self._connect(read_only=True) as connection:
            try:
                yield connection
            except (duckdb.CatalogException, duckdb.BinderException) as error:
                missing = str(error).splitlines()[0]
                raise WarehouseError(
                    f"{self.path} lacks a table or column this version needs ({missing}): "
                    "run `make evaluate` to build it anew."
                ) from error
            except duckdb.OutOfMemoryException as error:
                raise WarehouseError(
                    f"{self.path} cannot be read within MEMORY_LIMIT ({str(error).splitlines()[0]}): raise it."
                ) from error
            except duckdb.Error as error:
                # 2.0 has no class of its own for a bad checksum
                if not isinstance(error, DAMAGE) and "Corrupt database file" not in str(error):
                    raise
                raise WarehouseError(
                    f"{self.path} is damaged ({str(error).splitlines()[0]}): "
                    "move it away and run `make evaluate` to build it anew."
                ) from error

    @contextmanager
    def _connect(self, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        check_warehouse_file(self.path)
        try:
            # './' keeps a relative path a name: '~' at its start would be the home folder, 'md:' another service
            connection = duckdb.connect(os.path.join(".", self.path), read_only=read_only)
        except duckdb.Error as error:
            raise _refusal(self.path, error) from error
        try:
            # the limit that profiles.yml sets for dbt
            connection.execute(f"set memory_limit = '{os.environ.get('MEMORY_LIMIT') or '2500MB'}'")
            # which 2.0 prints among what is printed here
            connection.execute("set enable_progress_bar = false")
            yield connection
        finally:
            connection.close()


class NameIds:
    """Gives names the ids that they have in a warehouse, by the functions it was built with, and without its file."""

    def __init__(self, warehouse: Warehouse) -> None:
        functions = warehouse.read_rows(
            "select function_name as name, array_to_string(parameters, ', ') as parameters, "
            "macro_definition as definition from duckdb_functions() where schema_name = 'marts'"
        )
        self._artists: dict[str, int] = {}
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("set enable_external_access = false; set threads = 1")
        for function in functions:
            self._connection.execute("create macro {name}({parameters}) as {definition}".format(**function))

    def artists(self, names: Sequence[str]) -> np.ndarray:
        """Ids of artists, int64, shape (len(names),)."""
        # most who ask play what others play: a query takes longer than the rest of an answer's preparation
        known = self._artists if len(self._artists) < MOST_REMEMBERED else {}
        if new := [name for name in dict.fromkeys(names) if name not in known]:
            known.update(zip(new, self._ids("select artist_id_of(unnest(?)) as id", [new]).tolist(), strict=True))
        self._artists = known
        return np.array([known[name] for name in names], dtype=np.int64)

    def tracks(self, artists: Sequence[str], titles: Sequence[str]) -> np.ndarray:
        """Ids of tracks by artist and title, int64, shape (len(titles),)."""
        return self._ids("select track_id_of(unnest(?), unnest(?)) as id", [list(artists), list(titles)])

    def _ids(self, query: str, names: list[list[str]]) -> np.ndarray:
        # a cursor of its own: threads may ask at once
        with self._connection.cursor() as cursor:
            return cursor.execute(query, names).fetchnumpy()["id"].astype(np.int64)


def read_files(query: str, parameters: Sequence[object]) -> list[tuple]:
    """Answer a query on files, without a warehouse.

    Raises
    ------
    ValueError
        Where DuckDB cannot; it says why in one line.
    """
    with duckdb.connect() as connection:
        try:
            return connection.execute(query, parameters).fetchall()
        except duckdb.Error as error:
            raise ValueError(_in_one_line(error)) from error


def write_tables(path: Path, tables: Mapping[str, object]) -> None:
    """Write tables of Arrow, by schema and name, into a new file.

    Raises
    ------
    WarehouseError
        Where the file cannot be written.
    """
    with _new_file(path, tables) as connection:
        for name, table in tables.items():
            connection.register("new_rows", table)
            connection.execute(f"create table {name} as select * from new_rows")


def write_views(path: Path, folders: Mapping[str, Path]) -> None:
    """Write a new file with views, by schema and name, on the Parquet files of folders.

    Raises
    ------
    WarehouseError
        Where the file cannot be written.
    """
    with _new_file(path, folders) as connection:
        for name, folder in folders.items():
            files = _quoted(f"{escape(str(folder.absolute()))}/*.parquet")
            connection.execute(f"create view {name} as select * from read_parquet({files})")


@contextmanager
def _new_file(path: Path, names: Iterable[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file that is not there, with the schemas of the names."""
    try:
        with duckdb.connect(os.path.join(".", path)) as connection:
            for schema in dict.fromkeys(name.split(".")[0] for name in names):
                connection.execute(f"create schema {schema}")
            yield connection
    except duckdb.Error as error:
        raise WarehouseError(f"{path} cannot be written ({_in_one_line(error)}): free disk space.") from error


def _folders_of_views(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name the folders that the file's own views read (`write_views`), as patterns and as they are.

    DuckDB 1.5 holds both the pattern and each file that it finds against the folders that are allowed.
    """
    views = connection.execute("select sql from duckdb_views() where not internal").fetchall()
    patterns = {name.replace("''", "'") for (sql,) in views for name in VIEWED.findall(sql)}
    return sorted(patterns | {GUARDED.sub(r"\1", pattern) for pattern in patterns})


def strings(values: Iterable[object]) -> np.ndarray:
    """Put values into an array of Python objects, the form in which text goes into the warehouse."""
    return np.array(list(values), dtype=object)


def _refusal(path: Path, error: duckdb.Error) -> WarehouseError:
    text = " ".join(str(error).split())
    if "Could not set lock" in text:
        holder = text[text.find("held in") :].split(". ")[0] if "held in" in text else "held by another program"
        return WarehouseError(f"{path} is locked ({holder}): close that program and try again.")
    if "version number" in text:
        return UnreadableError(
            f"{path} was made by {_maker(path, text)}, and DuckDB {duckdb.__version__} cannot read it: "
            "install that version, or move the file away to build it anew."
        )
    return UnreadableError(
        f"{path} cannot be opened ({text}): check that it is a DuckDB file you may read, or move it away."
    )


def _maker(path: Path, refusal: str) -> str:
    """Name the DuckDB that made a file: by the file's header, or by the refusal where the file is older than that."""
    with path.open("rb") as file:
        version = re.fullmatch(rb"v[\d.]+", file.read(84)[52:].rstrip(b"\0"))
    if version:
        return f"DuckDB {version[0].decode()}"
    created = re.search(r"created with (.+?)\.( |$)", refusal)
    return created[1] if created else "another version of DuckDB"


def _in_one_line(error: Exception) -> str:
    """Take what is wrong and the names that were meant, without the copy of the query that follows."""
    text = " ".join(str(error).split("\nLINE ")[0].split()).rstrip(".!")
    return text if text.endswith("?") else f"{text}."


def _filled(values: np.ndarray) -> np.ndarray:
    """Put None, nan or -1 where the column is null."""
    if values.dtype == object:
        # np.ma.filled takes None for its own default, '?'
        return np.where(np.ma.getmaskarray(values), None, np.ma.getdata(values))
    return np.ma.filled(values, np.nan if values.dtype.kind == "f" else -1)


def _replace(connection: duckdb.DuckDBPyConnection, replacement: Replacement) -> None:
    table = f"{SCHEMA}.{replacement.table}"
    condition = " and ".join(f"{name} = ?" for name in replacement.key) or "true"
    connection.execute(f"delete from {table} where {condition}", list(replacement.key.values()))
    shared = {**replacement.key, **replacement.constants}
    if not replacement.rows and replacement.constants:
        connection.execute(f"insert into {table} by name select {_named(shared)}", list(shared.values()))
    elif any(len(column) for column in replacement.rows.values()):
        _insert_rows(connection, table, shared, dict(replacement.rows))


def _insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, shared: dict[str, object], rows: dict[str, np.ndarray]
) -> None:
    indices = [name for name in rows if INDEX.fullmatch(name)]
    # a figure that could not be computed is nan in Python and null in SQL
    columns = [
        f"nullif(new_rows.{name}, 'nan') as {name}" if column.dtype.kind == "f" else f"new_rows.{name}"
        for name, column in rows.items()
        if name not in indices
    ]
    joins = []
    for name in indices:
        entity, alias = INDEX.fullmatch(name)["entity"], name.removesuffix("_index")
        columns.append(f"of_{alias}.{entity}_id as {alias}_id")
        joins.append(
            f"left join marts.training_{entity}s as of_{alias} on of_{alias}.split_name = shared.index_split "
            f"and of_{alias}.item_type = shared.item_type and of_{alias}.{entity}_index = new_rows.{name}"
        )
    connection.register("new_rows", rows)
    connection.execute(
        f"insert into {table} by name "
        f"with shared as (select {_named({**shared, 'index_split': None})}) "
        f"select shared.* exclude (index_split), {', '.join(columns)} "
        f"from new_rows cross join shared {' '.join(joins)}",
        # tables without a split_name hold what was learnt on split 'full'
        [*shared.values(), shared.get("split_name", "full")],
    )
    connection.unregister("new_rows")


def _copy_comments(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> None:
    """Give tables of the excerpt, and their columns, the comments that their namesakes have here."""
    comments = connection.execute(
        """
        select 'table', schema_name || '.' || table_name, '', comment from duckdb_tables()
        where database_name = current_database() and comment is not null
        union all
        select 'table', schema_name || '.' || view_name, '', comment from duckdb_views()
        where database_name = current_database() and comment is not null
        union all
        select 'column', schema_name || '.' || table_name, '."' || column_name || '"', comment from duckdb_columns()
        where database_name = current_database() and comment is not null
        """
    ).fetchall()
    for kind, table, column, comment in comments:
        if table in tables:
            connection.execute(f"comment on {kind} {EXCERPT}.{table}{column} is {_quoted(comment)}")


def _written_out(query: str, parameters: Parameters) -> tuple[str, Parameters]:
    """Write parameters by place into the query: with any, DuckDB 1.5 loads pandas, which takes half a second."""
    pieces = query.split("?")
    if isinstance(parameters, Mapping) or len(pieces) != len(parameters) + 1 or not all(map(_is_plain, parameters)):
        return query, parameters
    return pieces[0] + "".join(_literal(value) + piece for value, piece in zip(parameters, pieces[1:], strict=True)), ()


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return type(value) is int or (type(value) is str and value.isprintable())


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(values: Mapping[str, object]) -> str:
    return ", ".join(f"? as {name}" for name in values)
