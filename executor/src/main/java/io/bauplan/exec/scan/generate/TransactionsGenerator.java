package io.bauplan.exec.scan.generate;

import io.bauplan.exec.batch.VectorBuilder;
import io.bauplan.exec.scan.ScanTask;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.Column;
import io.bauplan.sql.plan.DataType;
import io.bauplan.sql.plan.RowType;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A year of card payments: 2023, nearly in order of time. Every value is a function of seed, row
/// number and number of rows.
///
/// | column | what |
/// |---|---|
/// | `id` | 0, 1, 2, ... |
/// | `client_id` | few clients pay often |
/// | `eventTime` | evenly over the year, up to an hour out of order |
/// | `usd` | the amount in US dollars |
/// | `amount`, `currency` | what was paid in the country's currency |
/// | `country` | skewed |
/// | `category`, `merchant` | NULL in 3 % and 10 % of the rows |
record TransactionsGenerator(long rowCount, long seed) implements Generator {
  private static final long DEFAULT_ROWS = 1_000_000;
  private static final long MAX_ROWS = 1_000_000_000_000L;
  private static final long DEFAULT_SEED = 42;
  private static final long TASK_ROWS = 1 << 18;
  private static final int MAX_TASKS = 4096;
  private static final long YEAR_START =
      LocalDateTime.of(2023, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC) * 1_000_000;
  private static final long YEAR_MICROS = 365L * 86_400_000_000L;
  private static final long JITTER_MICROS = 3_600_000_000L;

  /// Country, its currency, weight in per mille, what a dollar buys of the currency.
  private record Country(byte[] name, byte[] currency, int weight, double rate) {
    Country(String name, String currency, int weight, double rate) {
      this(
          name.getBytes(StandardCharsets.UTF_8),
          currency.getBytes(StandardCharsets.UTF_8),
          weight,
          rate);
    }
  }

  private static final Country[] COUNTRIES = {
    new Country("United States", "USD", 280, 1),
    new Country("Germany", "EUR", 110, 0.92),
    new Country("United Kingdom", "GBP", 95, 0.80),
    new Country("France", "EUR", 80, 0.92),
    new Country("Italy", "EUR", 65, 0.92),
    new Country("Japan", "JPY", 55, 140.5),
    new Country("Spain", "EUR", 48, 0.92),
    new Country("Canada", "CAD", 42, 1.35),
    new Country("Netherlands", "EUR", 36, 0.92),
    new Country("Australia", "AUD", 32, 1.5),
    new Country("Brazil", "BRL", 28, 5.0),
    new Country("India", "INR", 25, 82.6),
    new Country("Switzerland", "CHF", 20, 0.9),
    new Country("Sweden", "SEK", 18, 10.6),
    new Country("Belgium", "EUR", 16, 0.92),
    new Country("Austria", "EUR", 14, 0.92),
    new Country("Poland", "PLN", 12, 4.2),
    new Country("Portugal", "EUR", 10, 0.92),
    new Country("Ireland", "EUR", 8, 0.92),
    new Country("New Zealand", "NZD", 6, 1.63)
  };

  private static final byte[][] CATEGORIES =
      bytes(
          "groceries",
          "restaurants",
          "travel",
          "fuel",
          "clothing",
          "electronics",
          "health",
          "entertainment",
          "utilities",
          "other");

  private static final int MERCHANTS = 500;
  private static final byte[][] MERCHANT_NAMES = merchants();

  /// For each per mille the country it falls to.
  private static final byte[] COUNTRY_BY_WEIGHT = weights();

  private static final RowType TYPE =
      new RowType(
          List.of(
              new Column("id", DataType.INT64, false),
              new Column("client_id", DataType.INT64, false),
              new Column("eventTime", DataType.TIMESTAMP, false),
              new Column("usd", DataType.FLOAT64, false),
              new Column("amount", new DataType.DecimalType(12, 2), false),
              new Column("currency", DataType.VARCHAR, false),
              new Column("country", DataType.VARCHAR, false),
              new Column("category", DataType.VARCHAR, true),
              new Column("merchant", DataType.VARCHAR, true)));

  static TransactionsGenerator of(Map<String, String> values) {
    Arguments arguments = Arguments.of("transactions", values, List.of("rows", "seed"));
    return new TransactionsGenerator(
        arguments.integer("rows", DEFAULT_ROWS, 0, MAX_ROWS),
        arguments.integer("seed", DEFAULT_SEED, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  private static byte[][] bytes(String... texts) {
    byte[][] all = new byte[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      all[i] = texts[i].getBytes(StandardCharsets.UTF_8);
    }
    return all;
  }

  private static byte[][] merchants() {
    String[] first = {
      "Blue", "Corner", "Royal", "Green", "Urban", "Golden", "North", "Happy", "Old", "Quick"
    };
    String[] second = {
      "Market",
      "Bakery",
      "Station",
      "Outlet",
      "Garage",
      "Pharmacy",
      "Bistro",
      "Books",
      "Tours",
      "Cinema"
    };
    String[] third = {"", " & Co", " Ltd", " Group", " Express"};
    String[] names = new String[MERCHANTS];
    for (int i = 0; i < MERCHANTS; i++) {
      names[i] = first[i % 10] + " " + second[i / 10 % 10] + third[i / 100];
    }
    return bytes(names);
  }

  private static byte[] weights() {
    byte[] table = new byte[1000];
    int at = 0;
    for (int c = 0; c < COUNTRIES.length; c++) {
      for (int i = 0; i < COUNTRIES[c].weight; i++) {
        table[at++] = (byte) c;
      }
    }
    if (at != table.length) {
      throw new IllegalStateException("weights sum to " + at);
    }
    return table;
  }

  @Override
  public RowType rowType() {
    return TYPE;
  }

  @Override
  public List<ScanTask> tasks(RowType output) {
    int[] which = new int[output.size()];
    for (int i = 0; i < which.length; i++) {
      String name = output.column(i).name();
      which[i] = TYPE.columns().stream().map(Column::name).toList().indexOf(name);
      if (which[i] < 0) {
        throw new EngineException(
            ErrorCode.COLUMN_NOT_FOUND, "transactions has no column \"" + name + "\"");
      }
    }
    long perTask = Math.max(TASK_ROWS, rowCount / MAX_TASKS + 1);
    List<ScanTask> tasks = new ArrayList<>();
    for (long first = 0; first < rowCount; first += perTask) {
      long from = first;
      long until = Math.min(rowCount, first + perTask);
      tasks.add(
          context -> {
            long[] next = {from};
            return new RowsReader(
                output,
                columns -> {
                  if (next[0] == until) {
                    return false;
                  }
                  append(next[0]++, which, columns);
                  return true;
                },
                context);
          });
    }
    return tasks;
  }

  private void append(long id, int[] which, List<VectorBuilder> columns) {
    long base = mix(seed ^ mix(id));
    Country country = COUNTRIES[COUNTRY_BY_WEIGHT[(int) Long.remainderUnsigned(base, 1000)]];
    long cents = cents(base);
    for (int i = 0; i < which.length; i++) {
      VectorBuilder column = columns.get(i);
      switch (which[i]) {
        case 0 -> column.appendLong(id);
        case 1 -> column.appendLong(client(base));
        case 2 -> column.appendLong(time(id, base));
        case 3 -> column.appendDouble(cents / 100.0);
        case 4 -> column.appendInt128(0, Math.round(cents * country.rate));
        case 5 -> column.appendBytes(country.currency);
        case 6 -> column.appendBytes(country.name);
        case 7 -> {
          long draw = Long.remainderUnsigned(mix(base + 5), 100);
          if (draw < 3) {
            column.appendNull();
          } else {
            column.appendBytes(CATEGORIES[(int) (draw * draw / 1000)]);
          }
        }
        default -> {
          long draw = mix(base + 6);
          if (Long.remainderUnsigned(draw, 10) == 0) {
            column.appendNull();
          } else {
            column.appendBytes(MERCHANT_NAMES[(int) Long.remainderUnsigned(draw >>> 8, MERCHANTS)]);
          }
        }
      }
    }
  }

  /// The square of an even draw: low numbers come often.
  private long client(long base) {
    double draw = unit(mix(base + 1));
    long clients = Math.max(1, Math.min(1_000_000, rowCount / 50));
    return 1 + (long) (draw * draw * clients);
  }

  private long time(long id, long base) {
    double share = (id + 0.5) / rowCount;
    long jitter = Long.remainderUnsigned(mix(base + 2), JITTER_MICROS);
    return YEAR_START + (long) (share * (YEAR_MICROS - JITTER_MICROS)) + jitter;
  }

  /// Mostly small sums, a few large ones: 1 to about 5000 dollars.
  private static long cents(long base) {
    long bits = mix(base + 3);
    double draw = unit(bits);
    double cubed = draw * draw * draw;
    return 100 + (bits & 4095) + (long) (cubed * cubed * 500_000);
  }

  private static double unit(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }

  /// SplitMix64's finisher.
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
