/// Who asks, on which reference, with which settings.
@NullMarked
package io.bauplan.sql.session;

import org.jspecify.annotations.NullMarked;
