/* The job of the benchmarks: linked statically, does nothing. */
int main(void) { return 0; }
