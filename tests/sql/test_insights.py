"""What the insights say of the demo, counted anew in plain Python."""

from collections import Counter, defaultdict
from datetime import timedelta
from statistics import fmean

import numpy as np
import pytest
from conftest import Study
from sklearn.metrics import brier_score_loss, roc_auc_score

K, EARLY_DAYS, LAST_DAYS = 20, 30, 90


def served_for_discovery(demo: Study, item_type: str) -> str:
    """Name the model whose lists are looked at."""
    ((model,),) = demo.query(
        "select distinct model_name from marts.personalization_gain "
        f"where item_type = '{item_type}' and task = 'discovery'"
    )
    return model


@pytest.mark.parametrize("item_type", ["track", "artist"])
def test_undersold_items_and_their_controls(demo: Study, item_type: str) -> None:
    where = f"where split_name = 'temporal' and item_type = '{item_type}'"
    listeners = Counter(
        item
        for _, item in set(
            demo.query(
                "select user_index, item_id from marts.training_interactions "
                f"inner join marts.training_items using (split_name, item_type, item_index) {where}"
            )
        )
    )
    lists = Counter(
        item
        for (item,) in demo.query(
            f"select item_id from marts.recommendations {where} and task = 'discovery' and rank <= {K} "
            f"and model_name = '{served_for_discovery(demo, item_type)}'"
        )
    )
    later = Counter(
        item
        for (item,) in demo.query(
            f"select item_id from marts.test_interactions {where} and not is_repeat and user_has_training"
        )
    )
    by_listeners = sorted(listeners.values(), reverse=True)
    expected = {
        item: by_listeners[sum(n >= lists[item] for n in all_lists) - 1]
        for all_lists in [[lists[item] for item in listeners]]
        for item in listeners
    }
    undersold = {item for item in listeners if lists[item] >= 5 and expected[item] >= 1.5 * listeners[item]}
    controls = defaultdict(list)
    for item in listeners.keys() - undersold:
        controls[int(4 * np.log2(listeners[item]))].append(later[item])

    rows = demo.query(
        "select item_id, listener_count, list_count, expected_listener_count, new_listener_count, control_count, "
        f"new_listener_lead from marts.undersold_items where item_type = '{item_type}'"
    )
    assert {row[0] for row in rows} == undersold
    leads = []
    for item, *counts, n_controls, lead in rows:
        assert counts == [listeners[item], lists[item], expected[item], later[item]]
        of_band = controls[int(4 * np.log2(listeners[item]))]
        assert n_controls == len(of_band)
        if of_band:
            assert lead == pytest.approx(later[item] - fmean(of_band))
            leads.append(lead)
    ((catalogue, count, paired, mean, low, high, is_later, verdict),) = demo.query(
        "select catalogue_count, undersold_count, item_count, new_listener_lead, ci_low, ci_high, is_later, verdict "
        f"from marts.undersold_check where item_type = '{item_type}'"
    )
    assert (catalogue, count, paired, is_later) == (len(listeners), len(undersold), len(leads), True)
    assert mean == pytest.approx(fmean(leads))
    if len(leads) < 20:
        assert (low, high, verdict) == (None, None, "not sure")
    else:
        error = np.std(leads) / np.sqrt(len(leads))
        assert (low, high) == pytest.approx((mean - 1.96 * error, mean + 1.96 * error), abs=error / 2)
        assert verdict == ("more" if low > 0 else "no more" if high <= 0 else "not sure")


def test_segments_average_the_gains_of_their_users(demo: Study) -> None:
    gains = {
        (item_type, task, user): gain
        for item_type, task, user, gain in demo.query(
            "select item_type, task, user_id, gain from marts.personalization_gain"
        )
    }
    members = defaultdict(list)
    for item_type, user, segment, value in demo.query(
        "select item_type, user_id, segment, segment_value from intermediate.int_user_segments "
        "where split_name = 'temporal'"
    ):
        members[item_type, segment, value].append(user)
    for item_type in ("track", "artist"):
        members[item_type, "everyone", "everyone"] = [user for kind, _, user in gains if kind == item_type]
    rows = demo.query(
        "select item_type, task, segment, segment_value, mean_gain, ci_low, ci_high, verdict, share_better, share_worse, "
        "share_equal, n_users from marts.personalization_segments"
    )
    assert len(rows) > 100
    for item_type, task, segment, value, mean, low, high, verdict, better, worse, equal, n_users in rows:
        of_users = [
            gains[item_type, task, user]
            for user in set(members[item_type, segment, value])
            if (item_type, task, user) in gains
        ]
        assert n_users == len(of_users)
        assert mean == pytest.approx(fmean(of_users))
        assert (better, worse) == pytest.approx((np.mean(np.sign(of_users) > 0), np.mean(np.sign(of_users) < 0)))
        assert better + worse + equal == pytest.approx(1)
        if n_users < 20:
            assert (low, high, verdict) == (None, None, "not sure")
        else:
            assert low <= mean <= high
            assert verdict == ("pays" if low > 0 else "does not pay" if high <= 0 else "not sure")


def test_early_listening_is_of_the_early_days_alone(demo: Study) -> None:
    plays = defaultdict(list)
    for user, *play in demo.query(
        "select user_id, played_at, track_id, artist_id, session_id from marts.plays order by user_id, played_at, play_id"
    ):
        plays[user].append(play)
    last_from = max(of_user[-1][0] for of_user in plays.values()) - timedelta(LAST_DAYS)
    followed = sorted(
        (of_user[0][0], user) for user, of_user in plays.items() if of_user[0][0] + timedelta(EARLY_DAYS) <= last_from
    )
    rows = {
        user: row
        for user, *row in demo.query(
            "select user_id, part, is_retained, play_count, active_days, session_count, artist_count, repeat_share, "
            "discovery_share, night_share, quiet_days from marts.retention_features"
        )
    }
    assert set(rows) == {user for _, user in followed}
    for place, (joined, user) in enumerate(followed, start=1):
        until = joined + timedelta(EARLY_DAYS)
        early = [play for play in plays[user] if play[0] < until]
        ats, tracks, artists, sessions = zip(*early, strict=True)
        first = [artist not in artists[:number] for number, artist in enumerate(artists)]
        half = len(early) // 2
        assert rows[user] == [
            "train" if place <= 0.7 * len(followed) else "test",
            plays[user][-1][0] > last_from,
            len(early),
            len({at.date() for at in ats}),
            len(set(sessions)),
            len(set(artists)),
            pytest.approx(1 - len(set(tracks)) / len(early)),
            pytest.approx(fmean(first[half:])),
            pytest.approx(fmean(at.hour < 6 for at in ats)),
            pytest.approx((until - ats[-1]) / timedelta(1)),
        ]


def test_staying_is_judged_on_later_users(demo: Study) -> None:
    users = demo.query("select part, joined_at, is_retained, predicted from marts.retention order by joined_at")
    ((status, n_train, n_test, auc, brier, base, gain),) = demo.query(
        "select status, n_train, n_test, auc, brier, brier_base_rate, brier_gain from marts.retention_quality"
    )
    assert status == "ok"
    train = [user for user in users if user[0] == "train"]
    test = [user for user in users if user[0] == "test"]
    assert (n_train, n_test) == (len(train), len(test))
    assert max(joined for _, joined, *_ in train) <= min(joined for _, joined, *_ in test)
    assert {predicted for *_, predicted in train} == {None}
    happened, predicted = [user[2] for user in test], [user[3] for user in test]
    assert auc == pytest.approx(roc_auc_score(happened, predicted))
    assert brier == pytest.approx(brier_score_loss(happened, predicted))
    everybody = [fmean(user[2] for user in train)] * len(test)
    assert base == pytest.approx(brier_score_loss(happened, everybody))
    assert gain == pytest.approx(base - brier)
    bins = demo.query("select n_users, predicted, observed from marts.retention_calibration order by bin")
    in_order = np.array_split(np.array(sorted(zip(predicted, happened, strict=True))), len(bins))
    assert len(bins) == 5
    for (n_users, mean, observed), expected in zip(bins, in_order, strict=True):
        assert n_users == len(expected)
        assert mean == pytest.approx(expected[:, 0].mean())
        assert observed == pytest.approx(expected[:, 1].mean(), abs=1 / n_users)
