/// Calls that failed, kept so that they can be made again in a debugger.
@NullMarked
package io.bauplan.udf.replay;

import org.jspecify.annotations.NullMarked;
