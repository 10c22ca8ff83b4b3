"""Words by which layers, columns and values are known: of agencies, of OpenStreetMap, of HXL."""

from collections.abc import Mapping, Sequence

from returnplan.scenario.importers.recipe import SKIP

NAMED: Sequence[tuple[str, str]] = (
    (
        "hazards",
        "hazard|mine(?!ral)|minefield|\\bsha\\b|\\bcha\\b|contamin|suspect|imsma|\\buxo\\b|\\berw\\b",
    ),
    ("land_use", "land.?use|land.?cover|landcover|corine|worldcover"),
    ("population", "popul|census|idp|displac|people|househ"),
    (
        "districts",
        "shapegroup|gid 2|district|admin|adm\\d|boundar|rayon|raion|region|province|governorate"
        "|canton|municip|county",
    ),
    ("roads", "road|street|highway|transport|edges"),
    ("settlements", "settlement|place|village|town|communit|locality|popul|populated"),
)
"""Words in names of files, layers and columns by role, the surest first."""
NOT_PLACES = r"incident|accident|victim|casualt|\b(school|hospital|clinic|well|sensor|poi)s?\b"
NOT_ROADS = "river|water|stream|canal|rail|power|pipeline|border|contour|coast"

COLUMNS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "settlements": {
        "id": ("id", "placeid", "settlementid", "osmid", "pcode", "code", "fid", "objectid"),
        "name": ("name", "nameen", "settlement", "settlementname", "village", "placename", "title"),
        "district": ("district", "adm2en", "adm2name", "admin2name", "adm2", "rayon", "region"),
        "code": ("pcode", "admpcode", "adm4pcode", "adm3pcode", "code", "settlementcode"),
        "kind": ("place", "kind", "fclass", "type", "featurecode"),
        "people": ("displaced", "idps", "idp", "numpresentidpind", "displacedpeople"),
    },
    "roads": {
        "id": ("id", "osmid", "roadid", "fid", "objectid", "linkid"),
        "class": ("highway", "class", "fclass", "roadclass", "roadtype", "type", "category"),
    },
    "hazards": {
        "id": (
            *("id", "hazardid", "hazardlocalid", "imsmaid", "hazardguid", "hacode", "idha"),
            *("localid", "hazardcode", "hazard", "code", "objectid", "fid"),
        ),
        "status": ("status", "statusha", "status1", "areastatus", "currentstatus"),
        "hazard_class": (
            *("hazardclass", "hazardcla", "class", "maareatype", "typeofarea", "areatype"),
            *("confirmed", "type"),
        ),
        "land_class": ("landclass", "hazardtype", "hazardtyp", "typeofminefield", "contamination"),
        "record": ("record", "records", "minerecord", "minefieldrecord"),
        "difficulty": ("difficulty", "clearancedifficulty", "operationaldifficulty"),
        "denies": ("denies", "blockage", "blockages", "blocked", "impact"),
        "area_m2": ("aream2", "areasqm", "estimatedarea", "areasize", "area", "sqm"),
        "items_per_km2": ("itemsperkm2", "density"),
    },
    "population": {
        "code": ("pcode", "adm4pcode", "adm3pcode", "code", "settlementcode", "id"),
        "name": ("settlement", "settlementname", "village", "name", "placename", "origin", "place"),
        "district": (
            *("district", "adm2name", "adm2en", "admin2name", "idporiginadmin2name", "rayon"),
            *("admin1name", "region"),
        ),
        "people": (
            *("idps", "idp", "displaced", "displacedpeople", "people", "persons", "individuals"),
            *("numpresentidpind", "population", "pop", "total"),
        ),
        "households": ("households", "household", "hh", "families"),
        "group": ("group", "populationgroup"),
    },
    "districts": {
        "name": (
            *("name", "adm2en", "adm2name", "district", "admin2name", "nameen", "rayon"),
            *("shapename", "name2", "canton", "municipality"),
        ),
        "code": ("pcode", "adm2pcode", "code", "admin2pcode", "shapeid", "gid2"),
    },
    "land_use": {"class": ("landuse", "class", "fclass", "landcover", "code18", "type", "natural")},
}
"""Names of columns without case and signs, by role and meaning, the surest first."""
TAGS: Mapping[str, Mapping[str, str]] = {
    "population": {
        "code": r"#(loc|adm\d).*\+code",
        "name": r"#loc(?!.*\+code)",
        "district": r"#adm2(?!.*\+code)",
        "people": r"#(affected|population|inneed)(?!.*\+hh)",
        "households": r"#(affected|population|inneed).*\+hh",
    },
    "settlements": {
        "id": r"#loc.*\+code",
        "name": r"#loc(?!.*\+code)",
        "district": r"#adm2(?!.*\+code)",
        "code": r"#loc.*\+code",
        "people": r"#affected(?!.*\+hh)",
    },
}
"""HXL tags by role and meaning."""

SPEEDS: Mapping[str, tuple[float, bool] | None] = {
    **{"motorway": (90.0, True), "trunk": (70.0, True), "primary": (60.0, True)},
    **{"secondary": (50.0, True), "tertiary": (40.0, True), "unclassified": (30.0, True)},
    **{"residential": (30.0, True), "living_street": (20.0, True), "service": (20.0, True)},
    **{"road": (30.0, True), "track": (15.0, False), "main": (60.0, True), "local": (30.0, True)},
    **dict.fromkeys(
        ("footway", "path", "cycleway", "steps", "bridleway", "pedestrian", "corridor", "proposed"),
        None,
    ),
    **dict.fromkeys(("construction", "raceway", "platform", "elevator", "abandoned"), None),
}
"""Speed (km/h) and season by class of road in the words of OpenStreetMap; assumed."""

SPEAKING: Mapping[str, str] = {
    "hazard_class": r"\b(cha|sha)\b|confirm|suspect|indication",
    "land_class": r"mine(field|d)|\bmines?\b|battle|\berw\b|\buxo\b|cluster",
}
"""Words that tell of a column of hazards what it holds, whatever its name is."""

WORDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "status": (
        ("closed", "clos|cancel|clear(ed|ance complete)|released?|reduced|hand(ed)? ?over|expired"),
        ("closed", "completed|finished"),
        ("open", "open|active|progress|suspend|current|todo|planned|worked on"),
    ),
    "hazard_class": (
        ("CHA", r"\bcha\b|confirm|^true$|^yes$"),
        ("SHA", r"\bsha\b|suspect|indication|^false$|^no$"),
        (SKIP, "spot|stockpile|storage"),
    ),
    "land_class": (
        ("battle_area", "battle|erw|uxo|cluster|cmr|\\bbac\\b|munition"),
        ("low_density", "low"),
        ("minefield", "mine|ied|dense|belt"),
    ),
    "record": (
        ("none", "^no|none|without|unrecorded"),
        ("partial", "part"),
        ("full", "full|complete|^yes|^true"),
    ),
    "difficulty": (
        ("extreme", "extreme|very high"),
        ("high", "high|hard|difficult"),
        ("medium", "medium|moderate|average"),
        ("low", "low|easy"),
    ),
    "denies": (
        ("housing", "hous|residen|build|settlement"),
        ("road", "road|access|route"),
        ("farmland", "farm|agri|field|pastur|graz|crop|orchard"),
        ("water", "water|irrig|well"),
        ("power", "power|electr"),
        ("health", "health|hospital|clinic"),
        ("education", "school|educat"),
        ("other", "other|forest|infrastr"),
    ),
    "land_use": (
        ("housing", "resid|urban|built|settle|allotment|construction|commercial|retail|^50$"),
        ("farmland", "farm|agri|crop|arable|orchard|vineyard|meadow|pastur|grass|^40$|^30$"),
        ("water", "reservoir|basin"),
        ("education", "educat|school"),
        ("other", "forest|wood|scrub|industr|quarry|military|cemetery|bare|shrub|tree"),
    ),
    "kind": (
        (SKIP, "country|state|region|province|district|county|island|sea|ocean|archipelago"),
        (SKIP, "suburb|neighbourhood|quarter|isolated|square|farm|plot|city_block|locality"),
        ("settlement", "."),
    ),
}
"""What values may mean, by words in them, the surest first."""
