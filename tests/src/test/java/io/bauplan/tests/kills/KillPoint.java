package io.bauplan.tests.kills;

import java.util.ArrayList;
import java.util.List;

/// A moment in the life of a call, and who is killed then.
///
/// @param name of the moment
/// @param quick whether the ordinary build has time for it
record KillPoint(
    String name, Work work, boolean zygotes, Moment moment, Victim victim, boolean quick) {

  @Override
  public String toString() {
    return "%s, %s, %s".formatted(name, victim, zygotes ? "forked" : "direct");
  }

  /// Whether it is about an engine that has called nothing yet.
  boolean needsFreshEngine() {
    return moment instanceof Moment.Processes(int least) && least < 5;
  }

  static List<KillPoint> all() {
    Points points = new Points();
    points.forked("the zygote starts", Work.TABLE, new Moment.Processes(1), "WORKER GATE");
    points.forked("the zygote imports", Work.TABLE, new Moment.Processes(4), "WORKER GATE ZYGOTE");
    points.forked("the call is forked", Work.TABLE, new Moment.Processes(5), "WORKER GATE CHILD");
    points.forked("user's module", Work.TABLE, Moment.said("module"), "WORKER ZYGOTE CHILD");
    points.forked("user's function", Work.TABLE, Moment.said("begun"), "WORKER GATE ZYGOTE CHILD");
    points.forked("output is written", Work.LARGE, new Moment.Written(), "WORKER ZYGOTE CHILD");
    points.forked("output is read", Work.LARGE, new Moment.HandedOver(), "WORKER GATE");
    Moment fifth = new Moment.Said("said part", 5);
    points.forked("partition", Work.PARTITIONS, fifth, "WORKER ZYGOTE CHILD");
    Moment third = new Moment.Said("said read", 3);
    points.forked("half read stream", Work.READER, third, "WORKER ZYGOTE CHILD");
    Moment tenth = new Moment.Said("said yielded", 10);
    points.forked("half a generator", Work.GENERATOR, tenth, "WORKER ZYGOTE CHILD");
    points.forked("scalar function", Work.SCALAR, Moment.said("module"), "WORKER CHILD");
    points.direct("the launcher starts", Work.TABLE, new Moment.Processes(1), "WORKER GATE");
    points.direct("the sandbox stands", Work.TABLE, new Moment.Processes(3), "WORKER CHILD");
    points.direct("user's function", Work.TABLE, Moment.said("begun"), "WORKER GATE CHILD");
    points.direct("output is written", Work.LARGE, new Moment.Written(), "WORKER CHILD");
    points.forked("a JVM starts", Work.JAVA, new Moment.Processes(3), "WORKER GATE CHILD");
    points.forked("Java function", Work.JAVA, Moment.said("java"), "WORKER CHILD");
    points.forked("user's model", Work.RUN, Moment.said("begun"), "WORKER ZYGOTE CHILD");
    Moment finished = new Moment.Said("event ModelFinished", 1);
    points.forked("the run publishes", Work.RUN, finished, "WORKER");
    return points.all;
  }

  private static final class Points {
    private final List<KillPoint> all = new ArrayList<>();

    void forked(String name, Work work, Moment moment, String victims) {
      add(name, work, true, moment, victims);
    }

    void direct(String name, Work work, Moment moment, String victims) {
      add(name, work, false, moment, victims);
    }

    private void add(String name, Work work, boolean zygotes, Moment moment, String victims) {
      boolean quick = name.equals("user's function") && zygotes || name.equals("half read stream");
      for (String each : victims.split(" ")) {
        Victim victim = Victim.valueOf(each);
        all.add(
            new KillPoint(name, work, zygotes, moment, victim, quick && victim != Victim.WORKER));
      }
    }
  }
}
