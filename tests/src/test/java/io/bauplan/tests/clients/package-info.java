/// Other people's clients against a real server: Python libraries and SQL shells.
@NullMarked
package io.bauplan.tests.clients;

import org.jspecify.annotations.NullMarked;
