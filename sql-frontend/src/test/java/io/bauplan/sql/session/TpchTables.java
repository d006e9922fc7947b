package io.bauplan.sql.session;

import io.bauplan.sql.catalog.CatalogEntry;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.TableRef;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// TPC-H's tables at scale factor 1 with the statistics that Iceberg manifests would give.
public final class TpchTables {
  private static final DataType MONEY = new DataType.DecimalType(15, 2);

  private TpchTables() {}

  public static MemoryCatalog catalog() {
    MemoryCatalog catalog = new MemoryCatalog();
    add(catalog, "region", 5, "r_regionkey", 4, "r_name,r_comment:s");
    add(catalog, "nation", 25, "n_nationkey", 24, "n_name:s,n_regionkey:k5,n_comment:s");
    add(
        catalog,
        "supplier",
        10_000,
        "s_suppkey",
        10_000,
        "s_name,s_address:s,s_nationkey:k25,s_phone:s,s_acctbal:m,s_comment:s");
    add(
        catalog,
        "customer",
        150_000,
        "c_custkey",
        150_000,
        "c_name,c_address:s,c_nationkey:k25,c_phone:s,c_acctbal:m,c_mktsegment,c_comment:s");
    add(
        catalog,
        "part",
        200_000,
        "p_partkey",
        200_000,
        "p_name,p_mfgr,p_brand,p_type:s,p_size:i50,p_container:s,p_retailprice:m,p_comment:s");
    add(
        catalog,
        "partsupp",
        800_000,
        "ps_partkey",
        200_000,
        "ps_suppkey:k10000,ps_availqty:i9999,ps_supplycost:m,ps_comment:s");
    add(
        catalog,
        "orders",
        1_500_000,
        "o_orderkey",
        6_000_000,
        "o_custkey:k150000,o_orderstatus:s,o_totalprice:m,o_orderdate:d,o_orderpriority,o_clerk:s,"
            + "o_shippriority:i1,o_comment:s");
    add(
        catalog,
        "lineitem",
        6_001_215,
        "l_orderkey",
        6_000_000,
        "l_partkey:k200000,l_suppkey:k10000,l_linenumber:i7,l_quantity,l_extendedprice,l_discount,"
            + "l_tax:m,l_returnflag,l_linestatus:s,l_shipdate,l_commitdate,l_receiptdate:d,"
            + "l_shipinstruct,l_shipmode,l_comment:s");
    return catalog;
  }

  private static void add(
      MemoryCatalog catalog, String name, long rows, String key, long maxKey, String rest) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column(key, DataType.INT64, true));
    List<String> pending = new ArrayList<>();
    List<String[]> ranges = new ArrayList<>();
    for (String item : rest.split(",")) {
      String[] parts = item.split(":");
      pending.add(parts[0]);
      if (parts.length == 2) {
        for (String column : pending) {
          columns.add(new Column(column, type(parts[1].charAt(0)), true));
          ranges.add(new String[] {column, parts[1]});
        }
        pending.clear();
      }
    }
    MemoryTable table = new MemoryTable(new TableRef(List.of("bauplan"), name), columns, rows);
    table.with(
        key,
        name.equals("nation") || name.equals("region") ? 0L : 1L,
        maxKey,
        OptionalLong.empty());
    for (String[] range : ranges) {
      char kind = range[1].charAt(0);
      if (kind == 'k' || kind == 'i') {
        table.with(range[0], 1L, Long.parseLong(range[1].substring(1)), OptionalLong.empty());
      } else if (kind == 'd') {
        table.with(
            range[0],
            LocalDate.of(1992, 1, 1).toEpochDay(),
            LocalDate.of(1998, 12, 31).toEpochDay(),
            OptionalLong.empty());
      }
    }
    catalog.add(new CatalogEntry.Table(table));
  }

  private static DataType type(char kind) {
    return switch (kind) {
      case 'k' -> DataType.INT64;
      case 'i' -> DataType.INT32;
      case 'm' -> MONEY;
      case 'd' -> DataType.DATE;
      default -> DataType.VARCHAR;
    };
  }
}
