package io.bauplan.sql.parser;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Functions that other engines have under other names, with the same arguments.
final class FunctionAliases {
  private static final String TEXT =
      """
      iff IF
      len LENGTH_OF
      length LENGTH_OF
      rlike REGEXP_LIKE
      pg_typeof TYPEOF
      regexp REGEXP_LIKE
      conditional_true_event COUNT_IF
      array_avg LIST_AVG
      try_element_at LIST_ELEMENT
      mid SUBSTRING
      prefix STARTS_WITH
      suffix ENDS_WITH
      strlen OCTET_LENGTH
      ucase UPPER
      lcase LOWER
      codepoint ASCII
      unicode ASCII
      editdist3 LEVENSHTEIN
      editdistance LEVENSHTEIN
      levenshtein_distance LEVENSHTEIN
      hamming_distance HAMMING
      mismatches HAMMING
      nfc_normalize NORMALIZE
      sha SHA1
      sha1_hex SHA1
      md5_hex MD5
      sha2_hex SHA2
      hex TO_HEX
      hex_encode TO_HEX
      unhex FROM_HEX
      hex_decode_binary FROM_HEX
      base64 TO_BASE64
      base64_encode TO_BASE64
      from_base64 FROM_BASE64
      unbase64 FROM_BASE64
      base64_decode_binary FROM_BASE64
      encode TO_UTF8
      decode_utf8 FROM_UTF8
      regexp_matches REGEXP_LIKE
      regexp_split_to_array REGEXP_SPLIT
      string_split_regex REGEXP_SPLIT
      str_split_regex REGEXP_SPLIT
      regexp_substr REGEXP_PART
      regexp_substr_all REGEXP_EXTRACT_ALL
      str_split SPLIT_TEXT
      string_split SPLIT_TEXT
      string_to_array SPLIT_TEXT
      split SPLIT_TEXT
      printf FORMAT_TEXT
      format FORMAT_TEXT
      format_string FORMAT_TEXT
      isnan IS_NAN
      isinf IS_INF
      is_infinite IS_INF
      isfinite IS_FINITE
      uuid GEN_RANDOM_UUID
      generate_uuid GEN_RANDOM_UUID
      uuid_string GEN_RANDOM_UUID
      bitwise_and BITAND
      bit_and_of BITAND
      bitwise_or BITOR
      bitwise_xor BITXOR
      xor BITXOR
      bitwise_not BITNOT
      bitwise_left_shift SHIFT_LEFT
      bitshiftleft SHIFT_LEFT
      lshift SHIFT_LEFT
      shiftleft SHIFT_LEFT
      bitwise_right_shift SHIFT_RIGHT
      bitwise_right_shift_arithmetic SHIFT_RIGHT
      bitshiftright SHIFT_RIGHT
      rshift SHIFT_RIGHT
      shiftright SHIFT_RIGHT
      from_unixtime EPOCH_TO_TIMESTAMP
      to_seconds_timestamp EPOCH_TO_TIMESTAMP
      timestamp_from_unixtime EPOCH_TO_TIMESTAMP
      make_timestamp_ntz MAKE_TIMESTAMP
      timestamp_from_parts MAKE_TIMESTAMP
      timestampfromparts MAKE_TIMESTAMP
      timestamp_ntz_from_parts MAKE_TIMESTAMP
      time_from_parts MAKE_TIME
      timefromparts MAKE_TIME
      date_from_parts MAKE_DATE
      datefromparts MAKE_DATE
      date_bin TIME_BUCKET
      last_day_of_month LAST_DAY
      list_contains ARRAY_CONTAINS_VALUE
      array_contains ARRAY_CONTAINS_VALUE
      array_has ARRAY_CONTAINS_VALUE
      contains ARRAY_CONTAINS_VALUE
      list_has ARRAY_CONTAINS_VALUE
      list_concat ARRAY_CONCAT
      array_cat ARRAY_CONCAT
      list_cat ARRAY_CONCAT
      list_append ARRAY_APPEND
      array_push_back ARRAY_APPEND
      list_prepend_to ARRAY_PREPEND
      list_distinct ARRAY_DISTINCT
      list_unique ARRAY_DISTINCT
      list_reverse REVERSE
      array_reverse REVERSE
      list_max ARRAY_MAX
      list_min ARRAY_MIN
      array_sort SORT_ARRAY
      list_sort SORT_ARRAY
      list_intersect ARRAY_INTERSECT
      array_intersection ARRAY_INTERSECT
      list_position ARRAY_POSITION
      list_indexof ARRAY_POSITION
      array_remove LIST_REMOVE
      array_sum LIST_SUM
      list_aggr_sum LIST_SUM
      array_slice LIST_SLICE
      sublist SLICE
      flatten FLATTEN_LIST
      array_flatten FLATTEN_LIST
      array_repeat LIST_REPEAT
      repeat_list LIST_REPEAT
      list_extract LIST_ELEMENT
      array_extract LIST_ELEMENT
      list_element LIST_ELEMENT
      element_at LIST_ELEMENT
      arrays_overlap LIST_HAS_ANY
      array_has_any LIST_HAS_ANY
      array_has_all LIST_HAS_ALL
      array_size CARDINALITY
      zip LIST_ZIP
      arrays_zip LIST_ZIP
      array_join LIST_JOIN
      array_to_string LIST_JOIN
      list_to_string LIST_JOIN
      array_shuffle SHUFFLE
      generate_series SEQUENCE
      generate_array SEQUENCE
      generate_date_array SEQUENCE
      array_generate_range RANGE_LIST
      range RANGE_LIST
      map_from_arrays MAP_OF_LISTS
      json_extract_scalar JSON_SCALAR
      get_json_object JSON_EXTRACT_STRING
      json_extract_path JSON_EXTRACT
      json_extract_path_text JSON_EXTRACT_STRING
      get_path JSON_EXTRACT_STRING
      parse_json JSON_PARSE
      json_format JSON_PARSE
      try_parse_json TRY_JSON_PARSE
      json_serialize JSON_PARSE
      is_json JSON_VALID
      json_contains_value JSON_ARRAY_CONTAINS
      to_json TO_JSON_TEXT
      to_json_string TO_JSON_TEXT
      array_to_json TO_JSON_TEXT
      row_to_json TO_JSON_TEXT
      object_construct JSON_OBJECT_OF
      object_construct_keep_null JSON_OBJECT_OF
      json_build_object JSON_OBJECT_OF
      json_build_array JSON_ARRAY_OF
      approx_distinct APPROX_COUNT_DISTINCT
      hll APPROX_COUNT_DISTINCT
      ndv APPROX_COUNT_DISTINCT
      boolor_agg BOOL_OR
      booland_agg BOOL_AND
      bitor_agg BIT_OR
      bitand_agg BIT_AND
      bitxor_agg BIT_XOR
      group_concat STRING_AGG
      listagg STRING_AGG
      """;

  private static final Map<String, String> NAMES = read();

  private FunctionAliases() {}

  private static Map<String, String> read() {
    Map<String, String> names = new HashMap<>();
    for (String line : TEXT.lines().toList()) {
      int blank = line.indexOf(' ');
      names.put(line.substring(0, blank), line.substring(blank + 1));
    }
    return names;
  }

  /// Our name, in upper case.
  static Optional<String> of(String name) {
    return Optional.ofNullable(NAMES.get(name.toLowerCase(Locale.ROOT)));
  }
}
