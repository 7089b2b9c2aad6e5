"""The command line: `python -m models_py COMMAND`; the Makefile's targets call it.

A command looks at its settings before it imports what does the work: dbt and the models take seconds to load.
"""

from models_py.terminal.stopping import end_on_signals, say_when_stopped

if __name__ == "__main__":
    # before the imports, which take as long as a hasty Ctrl-C
    end_on_signals()

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from models_py.errors import MusicError, ReportError, SettingError
from models_py.settings.checks import (
    check_build,
    check_build_on_spark,
    check_counts,
    check_export,
    check_fit,
    check_history,
    check_item_type,
    check_java,
    check_playlist,
    check_scales,
    check_study,
    check_target_of_spark,
    is_address,
)
from models_py.settings.environment import Settings
from models_py.settings.paths import check_demo_folder, check_published, check_warehouse_file
from models_py.settings.variables import check_variables, with_variable
from models_py.terminal.printing import complain, only_own_words, say

TASKS = ("discovery", "repeat", "all", "new_artists")
# characters that are named of many
SHOWN = 20
EVERY_DAY, ANSWERS, STUDIES = "Raw files to tables", "Ask the tables", "Studies and checks"

NewArtists = Annotated[
    bool,
    typer.Option(
        "--new-artists", envvar="NEW_ARTISTS", help="Also list, judge and serve tracks by artists new to the user."
    ),
]

Target = Annotated[str, typer.Option(envvar="TARGET", help="spark_local or spark: do it there.")]

Force = Annotated[bool, typer.Option("--force", envvar="FORCE", help="Learn anew what is stored as well.")]

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)


@app.command(rich_help_panel=EVERY_DAY)
def evaluate(new_artists: NewArtists = False, target: Target = "", force: Force = False) -> None:
    """Everything: raw files (or the demo) to leaderboard and served recommendations."""
    settings = _settings_of_study(new_artists)
    if target:
        check_build_on_spark(settings, target)
        check_java()
        from models_py.spark import building

        building.evaluate(settings, target)
        return
    check_build(settings)
    _evaluate(settings, prepare=True, anew=force)


@app.command(rich_help_panel=EVERY_DAY)
def build(new_artists: NewArtists = False, target: Target = "") -> None:
    """All tables from raw files (or the demo) and stored results, without fitting anything."""
    settings = _settings_of_study(new_artists)
    if target:
        check_build_on_spark(settings, target)
        from models_py.spark import building

        building.build(settings, target)
        return
    check_build(settings)
    from models_py import pipeline

    pipeline.build(settings)


@app.command(rich_help_panel=EVERY_DAY)
def fit(new_artists: NewArtists = False, target: Target = "", force: Force = False) -> None:
    """Tune, fit and evaluate on the marts as they are, then publish."""
    settings = _settings_of_study(new_artists)
    if target:
        raise SettingError(f"On Spark each build makes its marts anew: run `make evaluate TARGET={target}`.")
    check_fit(settings)
    _evaluate(settings, prepare=False, anew=force)


@app.command(rich_help_panel=EVERY_DAY)
def export(
    folder: Annotated[str, typer.Argument(help="A folder that is not there, or with --target spark an address.")],
    target: Target = "",
) -> None:
    """Write the marts as Parquet, which DuckDB and Spark read, with a DuckDB file of views on them."""
    settings = Settings.from_environment()
    if target:
        check_target_of_spark(target)
        if target == "spark" and not is_address(folder):
            raise SettingError(f"'{folder}' is no address: a cluster writes to one such as s3a://bucket/marts.")
        if not is_address(folder):
            check_export(Path(folder))
        from models_py.spark import building

        building.export(settings, target, folder)
    else:
        check_export(Path(folder))
        check_published(settings.warehouse)
        from models_py.parquet import export as write
        from models_py.terminal.progress import stage

        say_when_stopped("Stopped.")
        with stage("Marts to Parquet"):
            write(settings.warehouse, settings.variables, Path(folder))
    views = "" if is_address(folder) else "; reader.duckdb there has a view of each"
    say(f"The marts are in {folder}{views}.")


@app.command(rich_help_panel=EVERY_DAY)
def demo() -> None:
    """Write the embedded demo data."""
    settings = Settings.from_environment()
    check_demo_folder(settings.demo)
    from models_py import pipeline

    plays = pipeline.make_demo(settings)["counts"]["lines_read"]
    say(f"Wrote {plays:,} made-up plays to {settings.demo} (planted tastes, no Last.fm data).")


@app.command(rich_help_panel=EVERY_DAY)
def data(
    accept: Annotated[bool, typer.Option(envvar="ACCEPT", help="Accept the licence without being asked.")] = False,
    url: Annotated[str, typer.Option(envvar="DATA_URL", help="Another address of the archive.")] = "",
) -> None:
    """Download the published Last.fm data (1K or 360K, by SOURCE) to RAW."""
    settings = Settings.from_environment()
    from models_py.sources.download import ARCHIVES, obtain

    obtain(ARCHIVES[settings.source], settings.raw, url, accept)


@app.command(rich_help_panel=EVERY_DAY)
def history(
    files: Annotated[list[Path], typer.Argument(help="Exports of one person's plays, or archives of them.")],
    user: Annotated[str, typer.Option(help="Whose they are; by the files when left out.")] = "",
) -> None:
    """Say what exports hold and what the catalogue knows of it, without building anything."""
    settings = Settings.from_environment()
    check_history(user)
    check_variables(settings)
    from models_py.reports.history import print_history

    say_when_stopped("Stopped.")
    print_history(settings, files, user)


@app.command(rich_help_panel=STUDIES)
def verify_facts() -> None:
    """Compare published counts of the full Last.FM 1K file with those of the warehouse built from it."""
    settings = Settings.from_environment()
    check_variables(settings)
    check_published(settings.warehouse)
    from models_py.reports.facts import print_facts

    print_facts(settings)


@app.command(rich_help_panel=STUDIES)
def published(
    data: Annotated[str, typer.Option(envvar="DATA", help="File or folder in the 360K format, such as HetRec's.")] = "",
    seeds: Annotated[int, typer.Option(envvar="SEEDS", min=2, help="Random splits.")] = 5,
) -> None:
    """Evaluate every recommender by the protocol of a published table, beside what it prints."""
    settings = Settings.from_environment()
    check_variables(settings)
    check_counts(data)
    from models_py.experiments.published import print_comparison

    print_comparison(settings, data, range(1, seeds + 1))


@app.command(rich_help_panel=STUDIES)
def benchmark(
    scales: Annotated[str, typer.Option(envvar="SCALES", help="Sizes of look-alikes, such as '0.1 0.3 1'.")] = "",
    lookalike: Annotated[str, typer.Option(envvar="LOOKALIKE", help="Program that writes look-alikes.")] = "",
    output: Annotated[Path, typer.Option(envvar="BENCHMARK", help="Folder to write to.")] = Path("warehouse/benchmark"),
    target: Annotated[str, typer.Option(envvar="TARGET", help="spark_local: compare it with DuckDB instead.")] = "",
) -> None:
    """Measure time and memory per stage and model, on RAW or on look-alikes of several sizes."""
    settings = Settings.from_environment()
    check_study(settings)
    if target == "spark":
        raise SettingError("What a server uses cannot be measured from here: set TARGET to spark_local.")
    if target:
        check_target_of_spark(target)
    names = tuple(dict.fromkeys(scales.replace(",", " ").split()))
    check_scales(names)
    if target:
        from models_py.experiments.benchmark.engines import run
    else:
        from models_py.experiments.benchmark import run

    run(settings, output, names, Path(lookalike) if lookalike else None)


@app.command(rich_help_panel=STUDIES)
def tuning() -> None:
    """Show whether more trials would have changed the order of the models, and how other catalogues would score."""
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports.catalogues import report_catalogues
    from models_py.reports.tuning import report_tuning

    report_tuning(warehouse)
    report_catalogues(warehouse)


@app.command(rich_help_panel=STUDIES)
def folding(
    item_type: Annotated[str, typer.Option(envvar="ITEM_TYPE", help="track or artist.")] = "artist",
    people: Annotated[int, typer.Option(min=1, help="Who are tried; each costs a fit of every model.")] = 10,
) -> None:
    """Compare lists for people who are folded in with those of models fitted anew with their plays."""
    warehouse = Settings.from_environment().warehouse
    check_item_type(item_type)
    check_published(warehouse)
    from models_py.reports.folding import report_folding

    report_folding(warehouse, item_type, people)


@app.command(rich_help_panel=STUDIES)
def validations(
    item_type: Annotated[str, typer.Option(envvar="ITEM_TYPE", help="track or artist.")] = "artist",
    seeds: Annotated[int, typer.Option(envvar="SEEDS", min=1, help="Random splits.")] = 5,
) -> None:
    """Compare how validations of different shares and catalogues order settings, on splits of their own."""
    warehouse = Settings.from_environment().warehouse
    check_item_type(item_type)
    check_published(warehouse)
    from models_py.reports.validations import report_validations

    report_validations(warehouse, item_type, seeds)


@app.command(rich_help_panel=STUDIES)
def boosting(
    item_type: Annotated[str, typer.Option(envvar="ITEM_TYPE", help="track or artist.")] = "artist",
) -> None:
    """Compare the re-ranker's regression with gradient boosting, on validation."""
    warehouse = Settings.from_environment().warehouse
    check_item_type(item_type)
    check_published(warehouse)
    from models_py.reports.boosting import report_boosting

    report_boosting(warehouse, item_type)


@app.command(rich_help_panel=STUDIES)
@app.command("study", hidden=True)
def protocols(
    item_type: Annotated[str, typer.Option(envvar="ITEM_TYPE", help="track or artist.")] = "artist",
    trials: Annotated[
        int | None, typer.Option(envvar="TRIALS", min=1, help="Settings tried per model; the var tuning_trials.")
    ] = None,
) -> None:
    """Score the same models on the same plays under every combination of eight protocol switches."""
    settings = Settings.from_environment()
    check_item_type(item_type)
    check_fit(settings)
    from models_py import pipeline
    from models_py.experiments.protocols.report import print_study

    pipeline.protocols(settings, item_type, trials)
    print_study(settings.warehouse, item_type)


@app.command(rich_help_panel=ANSWERS)
def report(
    listener: Annotated[
        str, typer.Option(envvar="LISTENER", help="User id whose page is written beside those of the examples.")
    ] = "",
) -> None:
    """Write what the tables say, with charts and the SQL of each, to one HTML file beside the warehouse."""
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    say_when_stopped("Stopped.")
    _write_report(warehouse, listener)


@app.command(rich_help_panel=ANSWERS)
def slides() -> None:
    """Write the findings as a deck of slides, one PDF beside the warehouse."""
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports.page.slides import write_slides
    from models_py.terminal.progress import stage

    say_when_stopped("Stopped.")
    with stage("Slides"):
        path, undrawn = write_slides(warehouse)
    say(f"The slides are {path}.")
    _say_undrawn(undrawn)


@app.command(rich_help_panel=ANSWERS)
def charts() -> None:
    """Write every chart of the report as SVG and PNG, in a folder beside the warehouse."""
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports.page.exports import write_charts
    from models_py.terminal.progress import stage

    say_when_stopped("Stopped.")
    with stage("Charts"):
        folder, count, undrawn = write_charts(warehouse)
    say(f"{count} charts are in {folder}, each as SVG and as PNG.")
    _say_undrawn(undrawn)


@app.command(rich_help_panel=ANSWERS)
def docs() -> None:
    """Write the dbt documentation as one page."""
    settings = Settings.from_environment()
    check_variables(settings)
    check_warehouse_file(settings.warehouse)
    from models_py import dbt

    dbt.document(settings.warehouse, settings.variables)


@app.command(rich_help_panel=EVERY_DAY)
def clean() -> None:
    """Remove what a run that was killed left beside the published warehouse."""
    from models_py.publishing import clean

    clean(Settings.from_environment().warehouse)


@app.command(rich_help_panel=EVERY_DAY)
def rollback() -> None:
    """Publish the warehouse that was published before, if it is kept (KEEP_VERSIONS); the present one is set aside."""
    published = Settings.from_environment().warehouse
    from models_py.publishing import roll_back

    kept, written = roll_back(published)
    say(f"{published} is as it was at {written:%Y-%m-%d %H:%M:%S} UTC again; `make report` writes its report.")
    if kept.exists():
        say(f"What was published until now is {kept}.")


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, as the service answers it.")]


@app.command(rich_help_panel=ANSWERS)
def recommend(
    user: Annotated[str, typer.Option(help="User id, as in the table `users`.")] = "",
    history: Annotated[
        str,
        typer.Option(help="Somebody's plays: artist, title and plays by tabs, a known format, or a ZIP archive."),
    ] = "",
    item_type: Annotated[str, typer.Option(help="track or artist; both when left out.")] = "",
    task: Annotated[str, typer.Option(help="discovery, repeat, all or new_artists.")] = "discovery",
    length: Annotated[int, typer.Option(min=1, max=100, help="Items to print.")] = 10,
    new_artists: Annotated[
        bool, typer.Option("--new-artists", help="Tracks by artists whom the user never played: task new_artists.")
    ] = False,
    repeat: Annotated[bool, typer.Option("--repeat", help="Only what was played before: task repeat.")] = False,
    because: Annotated[bool, typer.Option("--because", help="Say which plays each recommendation comes from.")] = False,
    country: Annotated[str, typer.Option(help="Whose favourites to list where the plays are unknown here.")] = "",
    age: Annotated[int, typer.Option(min=0, help="Likewise; 0 is unknown.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Print the list that is served to a person, or one for the plays in a file."""
    asked = [name for name, wanted in (("new_artists", new_artists), ("repeat", repeat)) if wanted]
    if len(asked) > (task == "discovery"):
        raise SettingError(f"--task {task}, --new-artists and --repeat ask for different lists: give one of them.")
    if not user and not history:
        raise SettingError("Name whom to recommend to: --user with an id of table users, or --history with a file.")
    if user and not history and (country or age):
        raise SettingError("--country and --age are of somebody new: give them with --history.")
    task = asked[0] if asked else task
    _check_task(task)
    _check_kind(item_type)
    settings = Settings.from_environment()
    check_published(settings.warehouse)
    from models_py.reports.answers import print_for_history, print_served

    say_when_stopped("Stopped.")

    if history:
        print_for_history(
            settings.warehouse, Path(history), user, item_type, task, length, country or None, age or None, as_json
        )
    else:
        print_served(settings.warehouse, user, item_type, task, length, because, settings.feedback, as_json)


ItemType = Annotated[str, typer.Option(help="track or artist; whichever has the name when left out.")]


@app.command(rich_help_panel=ANSWERS)
def explain(
    user: Annotated[str, typer.Option(help="User id, as in the table `users`.")],
    item: Annotated[str, typer.Option(help="An artist, or 'artist - track', of the user's list.")],
    item_type: ItemType = "",
    task: Annotated[str, typer.Option(help="discovery, repeat, all or new_artists.")] = "discovery",
    as_json: AsJson = False,
) -> None:
    """Print which plays a recommendation comes from; what they add is its score."""
    _check_kind(item_type)
    _check_task(task)
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports.explanations import print_explanation

    print_explanation(warehouse, user, item, item_type, task, as_json)


@app.command(rich_help_panel=ANSWERS)
def similar(
    item: Annotated[str, typer.Argument(help="An artist, or 'artist - track'.")],
    item_type: ItemType = "",
    length: Annotated[int, typer.Option(min=1, max=20, help="Items to print.")] = 10,
    model: Annotated[str, typer.Option(help="By which model; the one that serves when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print what is most alike to an artist or a track."""
    _check_kind(item_type)
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports.explanations import print_similar

    print_similar(warehouse, item, item_type, length, as_json, model)


@app.command(rich_help_panel=ANSWERS)
def playlist(
    user: Annotated[str, typer.Option(help="User id, as in the table `users`.")] = "",
    kind: Annotated[str, typer.Option(help="weekly_discovery, on_repeat, more_like, ...")] = "",
    playlist_id: Annotated[str, typer.Option("--id", help="A playlist's id, as printed without this.")] = "",
    like: Annotated[str, typer.Option(help="Tracks like this 'artist - track', for whoever asks.")] = "",
    form: Annotated[str, typer.Option("--format", help="m3u8 or jspf; by the file's ending when left out.")] = "",
    output: Annotated[Path | None, typer.Option(help="File to write the playlist to.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
) -> None:
    """Print a person's playlists, or the tracks of one, and write it for other programs."""
    check_playlist(user, (kind, playlist_id, like), form, output)
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports import playlists

    if not (kind or playlist_id or like):
        playlists.print_playlists(warehouse, user)
        return
    found = playlists.find_playlists(warehouse, user, kind, playlist_id, like)
    if output:
        playlists.write_playlist(found, output, form, replace)
    else:
        for each in found:
            playlists.print_tracks(each)


@app.command(rich_help_panel=ANSWERS)
def feedback(
    user: Annotated[str, typer.Option(help="User id, as in the table `users`.")],
    hide: Annotated[str, typer.Option(help="An artist, or 'artist - track', never to be listed again.")] = "",
    love: Annotated[str, typer.Option(help="An artist or track to find more like.")] = "",
    item_type: ItemType = "",
) -> None:
    """Add to the feedback file what a person hides or loves."""
    if bool(hide) == bool(love):
        raise SettingError("Give one of --hide and --love, with an artist or 'artist - track'.")
    _check_kind(item_type)
    settings = Settings.from_environment()
    check_published(settings.warehouse)
    from models_py.reports.answers import take_feedback

    said = "hide" if hide else "love"
    take_feedback(settings.warehouse, settings.feedback, user, hide or love, item_type, said)


# what begins with a comment, two hyphens, is a statement too
@app.command(context_settings={"ignore_unknown_options": True}, rich_help_panel=ANSWERS)
def query(
    statement: Annotated[str, typer.Argument(help="SQL that gives rows; - reads it from the standard input.")],
    rows: Annotated[int, typer.Option(min=1, help="Rows to print at most.")] = 40,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all rows, as CSV.")] = False,
) -> None:
    """Print what a query gives; the warehouse is only read."""
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    from models_py.reports.answers import print_answer

    say_when_stopped("Stopped.")

    text = sys.stdin.read() if statement == "-" else statement
    print_answer(warehouse, text, None if as_csv else rows)


@app.command(rich_help_panel=ANSWERS)
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8765,
) -> None:
    """Answer programs on this machine over HTTP until stopped; the published warehouse is only read."""
    warehouse = Settings.from_environment().warehouse
    check_published(warehouse)
    # one list at a time is too little work to share: with two threads each takes ten times as long
    os.environ |= {"NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    from models_py.serving.loopback import HOST
    from models_py.serving.service import serve as answer

    say_when_stopped("Stopped.")
    say(f"Reading {warehouse} ...")
    answer(warehouse, port, lambda: say(f"Answering at http://{HOST}:{port}/ until stopped (Ctrl-C)."))


@app.command(rich_help_panel=ANSWERS)
def explore(
    users: Annotated[
        str,
        typer.Option(envvar="USERS", help="Whose data go in: ids between commas, or all; five examples when left out."),
    ] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 8766,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to; that of the warehouse when left out.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Only write the files.")] = False,
) -> None:
    """Write a page that asks the tables in a browser, and serve it on this machine until stopped."""
    path = Settings.from_environment().warehouse
    check_published(path)
    from models_py.explorer import bundling, exporting
    from models_py.explorer.serving import open_browser, serve
    from models_py.serving.loopback import HOST
    from models_py.warehouse import Warehouse

    say_when_stopped("Stopped.")
    chosen = exporting.choose(Warehouse(path), users)
    say(exporting.whose(chosen))
    explorer = bundling.write(Warehouse(path), chosen, output or path.parent)
    say(f"Wrote {explorer.page}, which opens by itself, and the folder {explorer.folder}, to be served.")
    if no_serve:
        return
    address = f"http://{HOST}:{port}/"

    def ready() -> None:
        say(f"Serving it at {address} until stopped (Ctrl-C).")
        if not no_open:
            open_browser(address)

    serve(explorer.folder, port, ready)


def _check_kind(item_type: str) -> None:
    if item_type:
        check_item_type(item_type)


def _check_task(task: str) -> None:
    if task not in TASKS:
        raise SettingError(f"There is no task '{task}': give one of {', '.join(TASKS)}.")


def _settings_of_study(new_artists: bool) -> Settings:
    settings = Settings.from_environment()
    return with_variable(settings, "new_artists", True) if new_artists else settings


def _say_undrawn(characters: str) -> None:
    if characters:
        more = " and others" if len(characters) > SHOWN else ""
        say(f"No font here has {characters[:SHOWN]}{more}: boxes stand for them (Debian: install fonts-noto-cjk).")


def _evaluate(settings: Settings, prepare: bool, anew: bool = False) -> None:
    from models_py import pipeline
    from models_py.reports.leaderboard import print_leaderboard

    pipeline.evaluate(settings, prepare, anew)
    print_leaderboard(settings.warehouse)
    try:
        _write_report(settings.warehouse, listener="")
    except MusicError as error:
        raise ReportError(
            f"The tables are published in {settings.warehouse}, but the report of them is not written: {error}"
        ) from error


def _write_report(warehouse: Path, listener: str) -> None:
    from models_py.reports.page import write_report
    from models_py.terminal.progress import stage

    with stage("Report"):
        path = write_report(warehouse, listener)
    say(f"The report is {path}.")


def main() -> None:
    """Run a command; an expected error is one sentence on stderr and exit status 1, a misspelt command line's is 2."""
    only_own_words()
    try:
        sys.exit(app(standalone_mode=False))
    except MusicError as error:
        complain(error)
        sys.exit(1)
    except typer.Abort:
        complain("Stopped: nothing was done.")
        sys.exit(1)
    except typer.TyperException as error:
        # without a command the help is what was to be said
        if text := error.format_message():
            complain(f"{text.rstrip('.')}: see `python -m models_py --help`.")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
