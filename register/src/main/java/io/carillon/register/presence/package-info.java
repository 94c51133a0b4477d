/** Reports who is online and who is not, once it lasts, until saver has taken it. */
@NullMarked
package io.carillon.register.presence;

import org.jspecify.annotations.NullMarked;
