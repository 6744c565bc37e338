/*
 * A layer of OpenCL (OPENCL_LAYERS) under which a CPU passes for the GPU of harness/network.py, so that
 * GraVal's own library starts on a machine without one (harness/graval_cpu.py). It changes what a device says
 * of itself and nothing of what it computes. The environment's RIGGER_OPENCL_UUID is the device's uuid, 32
 * hex digits.
 */
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl_ext.h>
#include <CL/cl_layer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct _cl_icd_dispatch ours;
static const struct _cl_icd_dispatch *theirs;

static cl_int CL_API_CALL list_devices(cl_platform_id platform, cl_device_type type, cl_uint count,
                                       cl_device_id *devices, cl_uint *found)
{
    return theirs->clGetDeviceIDs(platform, type & CL_DEVICE_TYPE_GPU ? CL_DEVICE_TYPE_ALL : type, count,
                                  devices, found);
}

static cl_int say(const void *said, size_t said_size, size_t size, void *value, size_t *needed)
{
    if (needed != NULL)
        *needed = said_size;
    if (value != NULL && size < said_size)
        return CL_INVALID_VALUE;
    if (value != NULL)
        memcpy(value, said, said_size);
    return CL_SUCCESS;
}

static cl_int CL_API_CALL describe_device(cl_device_id device, cl_device_info what, size_t size, void *value,
                                          size_t *needed)
{
    static const char name[] = "NVIDIA h100_sxm", vendor[] = "NVIDIA Corporation",
                      extensions[] = "cl_khr_fp64 cl_khr_device_uuid cl_nv_device_attribute_query";
    static const cl_ulong memory = 85899345920;
    static const cl_uint processors = 132, clock_mhz = 1980;
    static const size_t threads = 2048;
    const char *hex = getenv("RIGGER_OPENCL_UUID");
    unsigned char uuid[CL_UUID_SIZE_KHR] = { 0 };

    switch (what) {
    case CL_DEVICE_NAME:
        return say(name, sizeof(name), size, value, needed);
    case CL_DEVICE_VENDOR:
        return say(vendor, sizeof(vendor), size, value, needed);
    case CL_DEVICE_EXTENSIONS:
        return say(extensions, sizeof(extensions), size, value, needed);
    case CL_DEVICE_GLOBAL_MEM_SIZE:
        return say(&memory, sizeof(memory), size, value, needed);
    case CL_DEVICE_MAX_COMPUTE_UNITS:
        return say(&processors, sizeof(processors), size, value, needed);
    case CL_DEVICE_MAX_CLOCK_FREQUENCY:
        return say(&clock_mhz, sizeof(clock_mhz), size, value, needed);
    case CL_DEVICE_MAX_WORK_GROUP_SIZE:
        return say(&threads, sizeof(threads), size, value, needed);
    case CL_DEVICE_UUID_KHR:
        for (size_t i = 0; hex != NULL && i < sizeof(uuid) && sscanf(hex + 2 * i, "%2hhx", &uuid[i]) == 1;
             i++)
            ;
        return say(uuid, sizeof(uuid), size, value, needed);
    default:
        return theirs->clGetDeviceInfo(device, what, size, value, needed);
    }
}

cl_int CL_API_CALL clGetLayerInfo(cl_layer_info what, size_t size, void *value, size_t *needed)
{
    cl_layer_api_version version = CL_LAYER_API_VERSION_100;

    return what == CL_LAYER_API_VERSION ? say(&version, sizeof(version), size, value, needed)
                                        : CL_INVALID_VALUE;
}

cl_int CL_API_CALL clInitLayer(cl_uint count, const struct _cl_icd_dispatch *below, cl_uint *made,
                               const struct _cl_icd_dispatch **layer)
{
    (void)count;
    theirs = below;
    ours.clGetDeviceIDs = list_devices;
    ours.clGetDeviceInfo = describe_device;
    *made = sizeof(ours) / sizeof(void *);
    *layer = &ours;
    return CL_SUCCESS;
}
