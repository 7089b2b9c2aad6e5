"""Invented names for the demo's artists and songs, and the spellings of a name that count as the same name."""

import re
import unicodedata

import numpy as np

GENRES = ("indie", "electronic", "folk", "metal", "hip-hop", "jazz", "punk", "ambient")

FIRST_WORDS = (
    "Amber Arctic Ashen Brass Bitter Blue Borrowed Brittle Burnt Candle Cedar Chalk Cinder Clockwork Cobalt Copper "
    "Coral Crooked Distant Drifting Dusty Ember Feral Fern Flint Floating Frozen Gilded Ginger Glass Granite Hidden "
    "Hollow Humble Indigo Inland Iron Ivory Juniper Lantern Lazy Lemon Lunar Marble Mellow Midnight Mossy Northern "
    "Ochre Opal Painted Paper Pewter Quiet Rusty Saffron Salt Scarlet Sleepy Slow Smoky Southern Spare Static "
    "Stolen Sunken Tidal Timber Tin Twilight Umber Velvet Violet Wandering Western Willow Winter Woolen Wry"
).split()
SECOND_WORDS = (
    "Acrobats Alphabet Anchor Antlers Archive Atlas Avenue Balloon Basement Beacon Bicycle Binoculars Boulevard "
    "Bridge Cabinet Caravan Carousel Cathedral Chimney Choir Compass Corridor Cousins Cyclone Dialect Elevator "
    "Engine Estuary Factory Ferry Foundry Furnace Gazette Glacier Greenhouse Harbour Haystack Hotel Island Jetty "
    "Kettle Kitchen Ladder Lagoon Laundry Library Lighthouse Loom Market Meadow Meridian Monsoon Museum Neighbours "
    "Notebook Observatory Orchard Parade Parcel Pavilion Pendulum Pioneers Postcard Quarry Railway Relay Ritual "
    "Saloon Satellite Semaphore Sparrow Staircase Syndicate Telegram Theatre Trombone Turbine Umbrella Vineyard "
    "Weather Workshop Zeppelin"
).split()
GIVEN_NAMES = (
    "Ada Alba Anselm Basil Bruna Carla Cosmo Delia Edda Elio Enid Fabian Fleur Gala Hedda Hugo Ida Ilse Ivo Jonna "
    "Juno Kaspar Lena Livia Magnus Mabel Nadia Nils Odette Orla Otis Petra Quentin Rhea Rufus Selma Silas Tilda Ugo "
    "Vera Wanda Yara Zeno"
).split()
FAMILY_NAMES = (
    "Abernel Bexley Brandt Calloran Dervish Eckhart Fenwick Garrow Halloran Ingram Jessop Kessler Lindqvar Marlowe "
    "Nightwell Okonta Pellam Quarles Ravenel Sandoval Thornby Underhay Valmont Wexley Yarrow Zabel"
).split()
TITLE_WORDS = (
    "Again Ashes Autumn Below Blood Bones Borders Breathing Candles Ceiling Circles Clouds Colours Crossing Dancing "
    "Dawn Daylight Departure Dust Echo Edges Evening Falling Feathers Fever Fields Fire Flood Forgiven Garden "
    "Ghosts Gold Gravity Heart Heaven Hills Home Honey Horizon Hours Houses Hunger Letters Lights Lines Lonely "
    "Machine Maps Mercy Mirrors Moon Morning Mountains Night Nothing Numbers Ocean Orbit Patience Photograph "
    "Pockets Promises Rain River Roads Rooms Sand Secrets Shadows Shoes Silence Silver Skin Sleep Smoke Snow Sorrow "
    "Sparks Stars Stones Stranger Sugar Summer Sunday Telephone Thunder Tomorrow Trees Trouble Tunnel Valley Voices "
    "Waiting Walls Water Waves Whisper Wild Windows Wire Years"
).split()
TITLE_FORMS = (
    "{0}", "{0} {1}", "{0} And {1}", "{0} In The {1}", "{0} Of {1}", "All My {0}", "Don'T Follow The {0}",
    "Leaving {0}", "No More {0}", "Out Of {0}", "The {0} Between {1}", "Under {0}", "We Were {0}",
    "Where The {0} Goes",
)  # fmt: skip

# Artists that carry a trap of the real file: quotes (first, unbalanced), title-casing, letters outside ASCII.
TRAP_ARTISTS = (
    '"Captain" Orla Fenwick', "Zoë Márquez Trío", "Sólveig Ångström", '"Hush', "The 'Umber", "Dr/Dt",
    "Łódź Côte Ensemble", "Полярный Вокзал", "夜の温室", 'Tin "Thumb" Jessop', "Naïve Façade", "Señor Glacier",
    "Don'T Ask Ada", "Mürrische Möwen", "Null", "Έναστρο Τρένο",
)  # fmt: skip
# Two names under one MBID: two artists here, as names are the identity.
ALIASES = ("Saffron Semaphore", "Saffron Semaphore Orchestra")
# Titles that a careless reader takes for missing or quoted values, and letters outside ASCII.
TRAP_TITLES = (
    "None", "NA", "null", '"Heroine', '12" Of Rain', '"Sunday" (Reprise)', "Don'T Stop The Zeppelin",
    "Años De Niebla", "nan", "Été À L'Étage", "N/A", "静かな夜", 'She Said "Wait', "Ночь На Вокзале", "#",
    "Über Die Brücke", "'Til Dawn", "Ac/Dt (Live)",
)  # fmt: skip
COMMON_TITLES = ("Intro", "Untitled", "Outro", "Interlude", "Home")

BLANKS = re.compile("[\x00-\x20\x7f-\xa0\u3000]+")
SECOND_SHAPES = str.maketrans("ςµϐϑϕϖϰϱϵſẛ", "σμβθφπκρεsṡ") | {ord("ß"): "ss"}


def compare_key(name: str) -> str:
    """Fold a name as the warehouse does: NFC, lower case, blanks alike, letters with one capital alike.

    Parameters
    ----------
    name : str
        An artist's name or a song's title as written in a raw file.

    Returns
    -------
    str
        Equal for spellings that count as the same name.
    """
    lower = unicodedata.normalize("NFC", name).replace("İ", "i").lower()
    return BLANKS.sub(" ", lower.translate(SECOND_SHAPES)).strip(" ")


def other_spelling(name: str, kind: int) -> str:
    """Spell a name differently but with the same compare key.

    Parameters
    ----------
    name : str
        The usual spelling.
    kind : int
        Which difference to try first: decomposed letters, doubled or odd blanks, lower case, a trailing blank.

    Returns
    -------
    str
        Another string with the same compare key.
    """
    spellings = [
        name.replace(" ", "  ", 1),
        name.replace(" ", "\u00a0", 1),
        name.lower(),
        name.replace(" ", "\u3000", 1),
        name + " ",
    ]
    decomposed = unicodedata.normalize("NFD", name)
    tries = [decomposed, *spellings[kind % 5 :], *spellings]
    return next(text for text in tries if text != name and compare_key(text) == compare_key(name))


def artist_names(count: int, rng: np.random.Generator) -> list[str]:
    """Invent artists' names, no two with the same compare key; the trap names sit among the popular ones.

    Parameters
    ----------
    count : int
        How many; at least twice the trap names. Earlier artists are more popular.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of str
        The names, `count` of them.
    """
    names: dict[str, str] = {compare_key(name): name for name in (*TRAP_ARTISTS, *ALIASES)}
    fresh: list[str] = []
    while len(fresh) + len(TRAP_ARTISTS) + len(ALIASES) < count:
        name = _artist_name(rng)
        if compare_key(name) not in names:
            names[compare_key(name)] = name
            fresh.append(name)
    top = len(GENRES)  # an alias shares its genre with the first artist: both lead it
    return [ALIASES[0], *fresh[: top - 1], ALIASES[1], *TRAP_ARTISTS, *fresh[top - 1 :]]


def album_titles(size: int, taken: set[str], rng: np.random.Generator) -> list[str]:
    """Invent an album's titles, new to its artist; some open with a title that many artists use.

    Parameters
    ----------
    size : int
        Tracks on the album.
    taken : set of str
        Compare keys of the artist's titles so far; the new ones are added.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    list of str
        Titles in album order.
    """
    titles: list[str] = []
    while len(titles) < size:
        common = not titles and rng.random() < 0.3
        title = COMMON_TITLES[int(rng.random() ** 2 * len(COMMON_TITLES))] if common else _title(rng)
        if compare_key(title) not in taken:
            taken.add(compare_key(title))
            titles.append(title)
    return titles


def _artist_name(rng: np.random.Generator) -> str:
    form, first, second = rng.random(), *rng.random(2)
    if form < 0.3:
        return f"{_pick(GIVEN_NAMES, first)} {_pick(FAMILY_NAMES, second)}"
    name = f"{_pick(FIRST_WORDS, first)} {_pick(SECOND_WORDS, second)}"
    return f"The {name}" if form < 0.5 else name


def _title(rng: np.random.Generator) -> str:
    form, first, second = rng.random(3)
    return _pick(TITLE_FORMS, form).format(_pick(TITLE_WORDS, first), _pick(TITLE_WORDS, second))


def _pick(words: tuple[str, ...] | list[str], uniform: float) -> str:
    return words[int(uniform * len(words))]
