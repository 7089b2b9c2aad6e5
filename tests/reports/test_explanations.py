"""Why something is recommended and what is alike, as the tables hold it and as the commands print it."""

from collections.abc import Callable

import pytest
from conftest import Study

from models_py.errors import SettingError
from models_py.reports.answers import print_served
from models_py.reports.explanations import print_explanation, print_similar


@pytest.fixture
def printed(demo: Study, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def of(show: Callable[..., None], *asked: object) -> str:
        show(demo.warehouse, *asked)
        return capsys.readouterr().out

    return of


def test_reasons_are_plays_of_the_user_and_add_up(demo: Study) -> None:
    unplayed = demo.query(
        """
        select count(*) from marts.recommendation_reasons as r
        anti join marts.user_item_plays as p
            on r.item_type = p.item_type and r.user_id = p.user_id and r.because_item_id = p.item_id
        where r.because_item_id is not null
        """
    )
    assert unplayed == [(0,)]
    apart = demo.query(
        """
        select max(abs(added - score) / greatest(abs(score), 1e-9)), max(named) from (
            select any_value(score) as score, sum(contribution) as added, count(because_item_id) as named
            from marts.recommendation_reasons where model_name <> 'most_popular' group by item_type, task, user_id, rank
        )
        """
    )
    assert apart[0][0] < 1e-6
    assert apart[0][1] == 5


def test_every_served_place_has_reasons(demo: Study) -> None:
    assert demo.query(
        """
        select count(*) from marts.served_recommendations as s
        anti join marts.recommendation_reasons as r
            on s.item_type = r.item_type and s.task = r.task and s.user_id = r.user_id and s.rank = r.rank
                and s.item_id = r.item_id
        where s.rank <= 20
        """
    ) == [(0,)]


def test_reasons_of_the_served_models_are_worth_more_than_chance(demo: Study) -> None:
    rows = demo.query("select named_fall > random_fall, n_users > 100 from marts.reason_fidelity")
    assert len(rows) == 6
    assert set(rows) == {(True, True)}


def test_similar_listeners_share_artists(demo: Study) -> None:
    rows = demo.query(
        "select count(*), min(shared_artist_count), min(similarity) > 0, count(shared_artists) "
        "from marts.similar_users where user_id <> similar_user_id"
    )
    ((pairs, fewest_shared, is_positive, named),) = rows
    assert pairs == named == demo.query("select count(*) from marts.similar_users")[0][0]
    assert fewest_shared >= 1 and is_positive


def test_a_list_names_what_it_comes_from(demo: Study, printed: Callable[..., str]) -> None:
    ((user, item, because),) = demo.query(
        "select user_id, item_name, because_item_name from marts.recommendation_reasons "
        "where item_type = 'artist' and task = 'discovery' and rank = 1 and reason_rank = 1 "
        "and because_item_id is not null order by user_id limit 1"
    )
    with_reasons = printed(print_served, user, "artist", "discovery", 1, True)
    assert item in with_reasons and because in with_reasons
    assert because not in printed(print_served, user, "artist", "discovery", 1)
    explained = printed(print_explanation, user, item.upper(), "artist", "discovery")
    assert because in explained and "everything else" in explained and f"{item}: rank 1 for {user}" in explained


def test_a_track_is_called_by_its_artist_too(demo: Study, printed: Callable[..., str]) -> None:
    rows = demo.query(
        "select artist_name, item_name, similar_artist_name, similar_item_name from marts.similar_items "
        "where item_type = 'track' and is_served and rank = 1 order by item_id"
    )
    assert rows
    artist, track, similar_artist, similar_track = rows[0]
    answer = printed(print_similar, f"{artist} - {track}", "", 3)
    assert f"{similar_artist} - {similar_track}" in answer


def test_names_that_are_not_there_get_the_closest(demo: Study) -> None:
    ((name,),) = demo.query("select artist_name from marts.artists where length(artist_name) > 12 order by all limit 1")
    with pytest.raises(SettingError, match="closest names are: .*") as error:
        print_similar(demo.warehouse, name[:-1], "artist", 3)
    assert name in str(error.value)
    with pytest.raises(SettingError, match="No track is called 'nothing of the sort'"):
        print_explanation(demo.warehouse, "user_000005", "nothing of the sort", "track", "discovery")


def test_what_is_not_recommended_has_no_reasons(demo: Study) -> None:
    ((user, item),) = demo.query(
        "select p.user_id, a.artist_name from marts.user_item_plays as p inner join marts.artists as a "
        "on p.item_id = a.artist_id where p.item_type = 'artist' order by p.user_id, p.play_count desc limit 1"
    )
    with pytest.raises(SettingError, match="is not among the first that"):
        print_explanation(demo.warehouse, user, item, "artist", "discovery")


def test_who_is_not_there_is_said_so(demo: Study) -> None:
    with pytest.raises(SettingError, match="There is no user 'nobody'"):
        print_explanation(demo.warehouse, "nobody", "anything", "", "discovery")
