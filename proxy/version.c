const char *weir_version(void);
const char *weir_version(void)
{
    return WEIR_VERSION;
}
