package io.bauplan.tests.kills;

/// What an engine does when something of it is killed: a statement over the table `t` (id from 1 to
/// 200,000 and k, its last two digits), and its right answer.
enum Work {
  TABLE("SELECT COUNT(*), SUM(copy) FROM TABLE(keeps(TABLE t))", "[[200000, 20000100000]]"),
  LARGE("SELECT COUNT(*), SUM(copy) FROM TABLE(large(TABLE t))", "[[8000000, 800004000000]]"),
  PARTITIONS(
      "SELECT COUNT(*), SUM(n) FROM TABLE(parts((SELECT * FROM t WHERE id <= 20000)"
          + " PARTITION BY k))",
      "[[100, 20000]]"),
  READER("SELECT n FROM TABLE(reader(TABLE t))", "[[200000]]"),
  GENERATOR("SELECT COUNT(*), SUM(i) FROM TABLE(yields(30))", "[[30, 435]]"),
  SCALAR("SELECT SUM(plus(id)) FROM t WHERE id <= 1000", "[[501500]]"),
  JAVA("SELECT COUNT(*), SUM(id) FROM TABLE(injava(TABLE t))", "[[200000, 20000100000]]"),
  /// The project is written by the test.
  RUN("", "[bauplan.made]");

  final String sql;
  final String answer;

  Work(String sql, String answer) {
    this.sql = sql;
    this.answer = answer;
  }

  /// What a warehouse needs for it. Functions wait where they say something, so that who listens
  /// comes in time.
  static final String[] SETUP = {
    "CREATE TABLE t AS SELECT i AS id, MOD(i, 100) AS k FROM generate_series(1, 200000) AS g (i)",
    """
    CREATE FUNCTION keeps (data TABLE (id BIGINT) SET SEMANTICS) RETURNS TABLE (copy BIGINT)
    LANGUAGE PYTHON AS $$
    import time
    print("module")
    time.sleep(0.2)
    def keeps(data):
        print("begun")
        time.sleep(0.2)
        return data.rename_columns(["copy"])
    $$\
    """,
    """
    CREATE FUNCTION large (data TABLE (id BIGINT) SET SEMANTICS) RETURNS TABLE (copy BIGINT)
    LANGUAGE PYTHON AS $$
    import pyarrow as pa
    import pyarrow.compute as pc
    def large(data):
        copy = pa.table({"copy": pc.add(data["id"], 0)})
        return pa.concat_tables([copy] * 40)
    $$\
    """,
    """
    CREATE FUNCTION parts (data TABLE (id BIGINT, k BIGINT)) RETURNS TABLE (n BIGINT)
    LANGUAGE PYTHON AS $$
    import time
    def parts(data):
        print("part")
        time.sleep(0.01)
        return [{"n": data.num_rows}]
    $$\
    """,
    """
    CREATE FUNCTION reader (data TABLE (id BIGINT)) RETURNS TABLE (n BIGINT)
    LANGUAGE PYTHON AS $$
    import time
    import pyarrow as pa
    def reader(data: pa.RecordBatchReader):
        n = 0
        for batch in data:
            print("read")
            time.sleep(0.05)
            n += batch.num_rows
        return [{"n": n}]
    $$\
    """,
    """
    CREATE FUNCTION yields (n BIGINT) RETURNS TABLE (i BIGINT)
    LANGUAGE PYTHON AS $$
    import time
    def yields(n):
        for i in range(n):
            print("yielded")
            time.sleep(0.02)
            yield [{"i": i}]
    $$\
    """,
    """
    CREATE FUNCTION plus (x BIGINT) RETURNS BIGINT
    LANGUAGE PYTHON AS $$
    import time
    print("module")
    time.sleep(0.3)
    def plus(x):
        return x + 1
    $$\
    """,
    """
    CREATE FUNCTION injava (data TABLE (id BIGINT)) RETURNS TABLE (id BIGINT)
    LANGUAGE JAVA AS $$
    import io.bauplan.udf.java.TableFunction;
    import org.apache.arrow.memory.BufferAllocator;
    import org.apache.arrow.vector.BigIntVector;
    import org.apache.arrow.vector.VectorSchemaRoot;
    public class InJava implements TableFunction {
      @Override
      public VectorSchemaRoot apply(VectorSchemaRoot in, BufferAllocator allocator)
          throws Exception {
        System.out.println("java");
        Thread.sleep(300);
        VectorSchemaRoot out = VectorSchemaRoot.create(in.getSchema(), allocator);
        BigIntVector from = (BigIntVector) in.getVector("id");
        BigIntVector to = (BigIntVector) out.getVector("id");
        to.allocateNew(in.getRowCount());
        for (int i = 0; i < in.getRowCount(); i++) {
          to.set(i, from.get(i));
        }
        out.setRowCount(in.getRowCount());
        return out;
      }
    }
    $$\
    """
  };

  /// A model of 1,000 rows that all name its version.
  static String project(int version) {
    return """
    import time
    import bauplan
    import pyarrow as pa

    @bauplan.model(materialization_strategy="REPLACE")
    @bauplan.python("3.11")
    def made(data=bauplan.Model("t", columns=["id"])):
        print("begun")
        time.sleep(0.3)
        return pa.table({"id": data["id"][:1000], "version": pa.array([%d] * 1000)})
    """
        .formatted(version);
  }
}
