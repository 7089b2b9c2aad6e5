"""From scores to lists on Spark: what each task leaves out, what fills a list up, and the order of equals.

As `models_py.evaluation.ranking` does: the best scores first, ties by the lower item index, and items that a model says
nothing of at the end, as of score 0.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from scipy import sparse

from models_py.evaluation.ranking import BLOCK_BYTES, allowed, top_items
from models_py.spark.cells import Cells

LISTED = "task string, user_index bigint, rank int, item_index bigint, score double"
# Histories (plays) and, where a model has them, factors of some users, to a score of every item.
Score = Callable[[sparse.csr_matrix, np.ndarray], np.ndarray]


def known_to(cells: Cells, task: str) -> DataFrame:
    """Cells that a task leaves out: what a user has played, or everything by artists whom the user has played."""
    if task != "new_artists":
        return cells.session.sql("select user_index, item_index from {cells}", cells=cells.counted)
    return cells.session.sql(
        """
        select distinct known.user_index, items.item_index
        from {known} as known
        inner join {items} as items on known.parent_item_index = items.parent_item_index
        """,
        known=cells.mart("training_known_artists", "user_index, parent_item_index"),
        items=cells.mart("training_items", "item_index, parent_item_index"),
    )


def same_for_all(cells: Cells, scored: DataFrame, tasks: Sequence[str], k: int) -> DataFrame:
    """List for everybody the best of items that have one score each; columns are those of `LISTED`.

    Parameters
    ----------
    cells : Cells
    scored : DataFrame
        Columns item_index and score.
    tasks : sequence of str
    k : int
        Length of the lists.
    """
    ordered = _in_order(cells, scored, "score desc, item_index")

    def candidates(task: str) -> DataFrame:
        if task == "repeat":
            return cells.session.sql(
                "select user_index, item_index, score from {known} inner join {scored} using (item_index)",
                known=known_to(cells, task),
                scored=scored,
            )
        left_out = _left_out(cells, task)
        return _first(cells, ordered, _wanted(cells, left_out, k), left_out)

    return united([_best(cells, task, candidates(task), k) for task in tasks])


def by_user(cells: Cells, scored: DataFrame, tasks: Sequence[str], k: int) -> DataFrame:
    """List for each user the best of the items that have a score; columns are those of `LISTED`.

    Parameters
    ----------
    cells : Cells
    scored : DataFrame
        Columns user_index, item_index and score (positive).
    tasks : sequence of str
    k : int
        Length of the lists.
    """
    in_index_order = _in_order(cells, cells.mart("training_items", "item_index, 0D as score"), "item_index")

    def candidates(task: str) -> DataFrame:
        if task == "repeat":
            return cells.session.sql(
                """
                select user_index, item_index, coalesce(score, 0D) as score
                from {known} left join {scored} using (user_index, item_index)
                """,
                known=known_to(cells, task),
                scored=scored,
            )
        left_out = _left_out(cells, task)
        found = cells.keep(
            cells.session.sql(
                "select user_index, item_index, score from {scored} "
                "left anti join {left_out} using (user_index, item_index)",
                scored=scored,
                left_out=left_out,
            )
        )
        # what fills up lists that are too short comes neither from what was found nor from what is left out
        gone = cells.session.sql(
            "select user_index, item_index from {found} union all select user_index, item_index from {left_out}",
            found=found,
            left_out=left_out,
        )
        short = cells.session.sql(
            """
            select wanted.user_index, wanted.items from {wanted} as wanted
            left join (select user_index, count(*) as items from {found} group by all) as had
                on wanted.user_index = had.user_index
            where coalesce(had.items, 0) < :k
            """,
            {"k": k},
            wanted=_wanted(cells, gone, k),
            found=found,
        )
        return found.unionByName(_first(cells, in_index_order, short, gone))

    return united([_best(cells, task, candidates(task), k) for task in tasks])


def in_blocks(
    cells: Cells, plays: DataFrame, score: Score, tasks: Sequence[str], k: int, may_be_listed: np.ndarray
) -> DataFrame:
    """Score every item for users in blocks, in Python beside Spark's tasks; columns are those of `LISTED`.

    Parameters
    ----------
    cells : Cells
    plays : DataFrame
        Columns user_index, item_index and plays that `score` is given, and factors (array of double) or none.
    score : callable
        Is sent to the workers with what it holds.
    tasks : sequence of str
    k : int
        Length of the lists.
    may_be_listed : array of bool, shape (n_items,)
    """
    with_factors = "factors" in plays.columns
    histories = cells.session.sql(
        f"""
        with known as (
            select user_index, collect_list(item_index) as known from {{known}} group by all
        ),
        histories as (
            select user_index, collect_list(item_index) as items, collect_list(plays) as plays,
                {"any_value(factors)" if with_factors else "array(0D)"} as factors
            from {{plays}} group by all
        )
        select user_index, items, plays, factors, coalesce(known, array()) as known
        from histories left join known using (user_index)
        """,
        plays=plays,
        known=known_to(cells, "new_artists") if "new_artists" in tasks else _nothing(cells),
    )
    n_items, size = cells.n_items, max(1, BLOCK_BYTES // (8 * max(1, cells.n_items)))

    def listed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for start in range(0, batch.num_rows, size):
                yield _listed_block(batch.slice(start, size), score, tasks, k, may_be_listed, n_items)

    return histories.mapInArrow(listed, LISTED)


def _listed_block(
    batch: pa.RecordBatch, score: Score, tasks: Sequence[str], k: int, may_be_listed: np.ndarray, n_items: int
) -> pa.RecordBatch:
    users = batch["user_index"].to_numpy()
    plays = _matrix(batch["items"], batch["plays"].flatten().to_numpy(), n_items)
    scores = score(plays, np.stack(batch["factors"].to_numpy(zero_copy_only=False)))
    if not np.isfinite(scores).all():
        raise ValueError("the model gave a score that is not finite")
    seen, parts = plays.toarray() > 0, []
    for task in tasks:
        left_out = seen
        if task == "new_artists":
            known = np.ones(len(batch["known"].flatten()))
            left_out = _matrix(batch["known"], known, n_items).toarray() > 0
        items, values = top_items(scores, allowed(task, left_out, may_be_listed), k)
        row, column = np.nonzero(items >= 0)
        ranks = (column + 1).astype(np.int32)
        listed = [pa.array([task] * len(row), pa.string()), users[row], ranks, items[row, column], values[row, column]]
        names = ["task", "user_index", "rank", "item_index", "score"]
        parts.append(pa.RecordBatch.from_arrays([pa.array(column) for column in listed], names))
    return pa.concat_batches(parts)


def _matrix(items: pa.ListArray, values: np.ndarray, n_items: int) -> sparse.csr_matrix:
    rows = np.repeat(np.arange(len(items)), items.value_lengths().to_numpy(zero_copy_only=False))
    cells = values.astype(np.float32), (rows, items.flatten().to_numpy())
    return sparse.csr_matrix(cells, shape=(len(items), n_items))


def _left_out(cells: Cells, task: str) -> DataFrame:
    return _nothing(cells) if task == "all" else known_to(cells, task)


def _nothing(cells: Cells) -> DataFrame:
    return cells.session.sql("select user_index, item_index from {cells} where false", cells=cells.counted)


def _in_order(cells: Cells, scored: DataFrame, ordering: str) -> DataFrame:
    """Give items their places from 0 in an order; they are a catalogue, which one task sorts."""
    return cells.session.sql(
        f"select item_index, score, row_number() over (order by {ordering}) - 1 as place from {{scored}}", scored=scored
    )


def _wanted(cells: Cells, left_out: DataFrame, k: int) -> DataFrame:
    """Say from how many items at the head of an order k remain for each user when something is left out."""
    return cells.session.sql(
        """
        select users.user_index, least(:k + coalesce(had.items, 0), :n_items) as items
        from (select distinct user_index from {cells}) as users
        left join (select user_index, count(*) as items from {left_out} group by all) as had
            on users.user_index = had.user_index
        """,
        {"k": k, "n_items": cells.n_items},
        cells=cells.counted,
        left_out=left_out,
    )


def _first(cells: Cells, ordered: DataFrame, wanted: DataFrame, left_out: DataFrame) -> DataFrame:
    """Give each user the first items of an order, without those that are left out."""
    return cells.session.sql(
        """
        with places as (select user_index, explode(sequence(0, int(items) - 1)) as place from {wanted})
        select user_index, item_index, score
        from places
        inner join {ordered} using (place)
        left anti join {left_out} using (user_index, item_index)
        """,
        wanted=wanted,
        ordered=ordered,
        left_out=left_out,
    )


def _best(cells: Cells, task: str, candidates: DataFrame, k: int) -> DataFrame:
    return cells.session.sql(
        """
        with ranked as (
            select *, row_number() over (partition by user_index order by score desc, item_index) as rank
            from {candidates}
        )
        select :task as task, user_index, rank, item_index, score from ranked where rank <= :k
        """,
        {"task": task, "k": k},
        candidates=candidates,
    )


def united(parts: Sequence[DataFrame]) -> DataFrame:
    """Put lists one after the other."""
    first, *others = parts
    for other in others:
        first = first.unionByName(other)
    return first
