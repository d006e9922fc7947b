/// The sqllogictest corpus of `net.hydromatic:sql-logic-test`: its scripts, run over a real engine.
@NullMarked
package io.bauplan.tests.sqllogictest;

import org.jspecify.annotations.NullMarked;
