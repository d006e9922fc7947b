/// Tables made by rule: TPC-H, transactions, series.
@NullMarked
package io.bauplan.exec.scan.generate;

import org.jspecify.annotations.NullMarked;
