/// Running plans. A plan becomes pipelines: a [Source] of batches, through streaming readers, into
/// a [Sink]. Every pipeline runs as several drivers, one per thread, which share the source's
/// morsels. A driver does one batch at a time and may be put aside between any two.
@NullMarked
package io.bauplan.exec.operator;

import org.jspecify.annotations.NullMarked;
