#pragma once

extern void* early_block; /* allocated by the library's constructor */

int early_answer(void); /* 42 */
void early_release(void);
