"""What is known of PostgreSQL's own functions without asking a server.

The volatile and set-returning ones are those that people write into conditions by mistake; the
full check, against pg_proc, is made with the database at hand. The not-strict ones are complete
for servers 14 to 18 (`select proname from pg_proc where not proisstrict`), since what a missing
claim means rests on them; so are the aggregates.
"""

from __future__ import annotations


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


VOLATILE = _names(
    """
    array_sample array_shuffle clock_timestamp current_query currval gen_random_uuid lastval
    lo_create lo_export lo_from_bytea lo_get lo_import lo_put lo_unlink nextval
    pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all
    pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_cancel_backend pg_export_snapshot
    pg_logical_emit_message pg_ls_dir pg_notify pg_read_binary_file pg_read_file pg_reload_conf
    pg_sleep pg_sleep_for pg_sleep_until pg_terminate_backend pg_try_advisory_lock
    pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
    query_to_xml random random_normal set_config setseed setval timeofday ts_stat
    uuidv4 uuidv7
    """
)

SET_RETURNING = _names(
    """
    aclexplode generate_series generate_subscripts json_array_elements json_array_elements_text
    json_each json_each_text json_object_keys json_populate_recordset json_to_recordset
    jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys
    jsonb_path_query jsonb_path_query_tz jsonb_populate_recordset jsonb_to_recordset
    regexp_matches regexp_split_to_table string_to_table ts_debug ts_parse unnest
    """
)

AGGREGATES = _names(
    """
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop
    covar_samp cume_dist dense_rank every first_value json_agg json_agg_strict json_object_agg
    json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg
    jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
    jsonb_object_agg_unique_strict lag last_value lead max min mode nth_value ntile percent_rank
    percentile_cont percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy
    regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy row_number stddev
    stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg
    """
)
"""Aggregates and window functions."""

NOT_STRICT = _names(
    """
    array_append array_cat array_fill array_position array_positions array_prepend array_remove
    array_replace array_to_string concat concat_ws daterange domain_in enum_first enum_last
    enum_range format format_type int2_sum int4_sum int4range int8_sum int8range
    json_build_array json_build_object json_populate_record json_populate_recordset
    json_to_recordset jsonb_build_array jsonb_build_object jsonb_populate_record
    jsonb_populate_record_valid jsonb_populate_recordset jsonb_set_lax jsonb_to_recordset
    num_nonnulls num_nulls numrange overlaps pg_collation_for pg_current_logfile pg_notify
    pg_stat_get_activity pg_stat_get_subscription pg_stat_reset_shared pg_stat_reset_slru
    pg_typeof quote_nullable satisfies_hash_partition set_config shell_in similar_escape
    string_to_array string_to_table tsrange tstzrange xmlconcat2
    """
)
"""Functions that may make a value out of NULL; every other one in pg_catalog returns NULL."""

CLIENT_SETTINGS = frozenset({"current_setting"})


def builtin(parts: tuple[str, ...]) -> str | None:
    """Return the name of a function of pg_catalog, or None if `parts` names another schema's."""
    if len(parts) == 1:
        return parts[0]
    return parts[1] if len(parts) == 2 and parts[0] == "pg_catalog" else None
