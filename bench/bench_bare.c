/*
 * A C process that does nothing: the memory below which no program can stay.
 */
int main(void) {
    return 0;
}
