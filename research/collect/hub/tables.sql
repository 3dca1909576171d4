-- Small words of the columns of Hub models. Only a text that holds something is a value.

CREATE MACRO if_a(x, kind) AS CASE WHEN json_type(x) = kind THEN x END;

CREATE MACRO as_text(x) AS CASE WHEN json_type(x) = 'VARCHAR' THEN nullif(x ->> '$', '') END;

CREATE MACRO as_count(x) AS CASE WHEN json_type(x) = 'UBIGINT' THEN try_cast(x AS BIGINT) END;

CREATE MACRO any_day(x) AS
    CASE WHEN regexp_matches(as_text(x), '^[0-9]{4}-[0-9]{2}-[0-9]{2}')
        THEN try_cast(as_text(x) AS TIMESTAMP)::DATE END;

-- Whatever says to be older than this, or younger than it can be, is a mistake.
CREATE MACRO as_day(x, last) AS
    CASE WHEN any_day(x) BETWEEN DATE '2000-01-01' AND last THEN any_day(x) END;

CREATE MACRO as_gated(x) AS
    CASE x WHEN 'false' THEN 'no' WHEN '"auto"' THEN 'auto' WHEN '"manual"' THEN 'manual' END;

-- Each item once, where it stands first. Items of short lists are compared each with each; long
-- lists are sorted to find what is repeated.
CREATE MACRO placed(x) AS
    list_sort(list_transform(x, lambda item, place: {'item': item, 'place': place}));

CREATE MACRO once(x) AS
    list_transform([placed(x)], lambda all_of_it: list_filter(
        all_of_it,
        lambda one, k: one.item <> '' AND (k = 1 OR all_of_it[k - 1].item <> one.item)
    ))[1];

CREATE MACRO first_places(x) AS
    list_transform(
        list_sort(list_transform(once(x), lambda one: {'place': one.place, 'item': one.item})),
        lambda one: one.item
    );

CREATE MACRO firsts(x) AS
    CASE WHEN len(x) <= 64
        THEN list_filter(x, lambda item, place: item <> '' AND list_position(x, item) = place)
        ELSE first_places(x) END;

CREATE MACRO joined(x) AS nullif(array_to_string(firsts(x), '|'), '');

CREATE MACRO after(x, prefix) AS
    joined(list_transform(
        list_filter(x, lambda tag: starts_with(tag, prefix)),
        lambda tag: substr(tag, length(prefix) + 1)
    ));

-- Each base is tagged twice, bare and with the relation; a repository's name has no colon.
CREATE MACRO base_tags(x, parts) AS
    list_filter(
        list_transform(x, lambda tag: string_split(tag, ':')),
        lambda tag: tag[1] = 'base_model' AND len(tag) = parts
    );

CREATE MACRO tagged_bases(x) AS list_transform(base_tags(x, 2), lambda tag: tag[2]);

CREATE MACRO tagged_relations(x) AS list_transform(base_tags(x, 3), lambda tag: tag[2]);

CREATE MACRO named_bases(x) AS list_transform(x.models, lambda base: base.id);

CREATE MACRO dominant(x) AS
    list_sort(list_transform(
        list_filter(map_entries(x), lambda one: one.value >= 0),
        lambda one: {'less': -one.value, 'kind': one.key}
    ))[1].kind;

CREATE MACRO summed(x) AS
    CASE WHEN list_min(map_values(x)) >= 0 THEN list_sum(map_values(x)) END;
